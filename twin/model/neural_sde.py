"""The stochastic differential equation within one step, in the interface that torchsde expects.

dx = f(x, u) dt + C(x, u) z dt + W a dt + G(x, u) dW, da = -theta a dt + G_a(x, u) dW; time runs in steps.
G is diagonal (components and hidden states) plus a mix of a few shared noises (components); z are the trial
effects.
"""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import torch
from nado_lab.twin.model.field import VectorField
from nado_lab.twin.model.noise import ColouredNoise
from nado_lab.twin.records.spec import ModelSpec
from torch import Tensor, nn
from torch.nn.functional import pad


class NeuralSDE(nn.Module):
    """Drive the state (x, h, a, z) (row, state) while drive and delays stay constant.

    `hold` sets what is constant in the step; then f, g, g_prod and f_and_g_prod are those of torchsde.
    """

    noise_type = "general"
    sde_type = "ito"

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__()
        self.spec = spec
        self.field = VectorField(spec)
        self.colour = ColouredNoise(spec.components, spec.sources, spec.taus)
        self._constant: Tensor | None = None

    def hold(self, constant: Tensor | None) -> None:
        """Set the prepared drive and delays (row, ·) of the present step; None when all is done."""
        self._constant = constant

    def f(self, t: Tensor | float, z: Tensor) -> Tensor:
        """Return the drift (row, state)."""
        state = self._moving(z)
        return self._drift(z, state, *self.field.trunk(state, self._held()))

    def g(self, t: Tensor | float, z: Tensor) -> Tensor:
        """Return the diffusion matrix (row, state, Wiener)."""
        spec = self.spec
        own, shared, colour = self.field.amplitudes(self.field.trunk(self._moving(z), self._held())[1])
        moving, white = spec.components + spec.hidden, spec.wiener - spec.coloured
        noisy = spec.noisy
        matrix = z.new_zeros(*z.shape[:-1], spec.state, spec.wiener)
        matrix[..., :noisy, :noisy] = torch.diag_embed(own)
        matrix[..., : spec.components, noisy:white] = self.field.mix * shared[..., None, :]
        matrix[..., moving : moving + spec.coloured, white:] = torch.diag_embed(colour)
        return matrix

    def g_prod(self, t: Tensor | float, z: Tensor, v: Tensor) -> Tensor:
        """Return the diffusion applied to v (row, Wiener)."""
        return self._diffuse(self.field.trunk(self._moving(z), self._held())[1], v)

    def f_and_g_prod(self, t: Tensor | float, z: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Return drift and diffusion applied to v, with one evaluation of the trunk."""
        state = self._moving(z)
        linear, features = self.field.trunk(state, self._held())
        return self._drift(z, state, linear, features), self._diffuse(features, v)

    def _held(self) -> Tensor:
        if self._constant is None:
            raise RuntimeError("hold() must set the drive before the field is evaluated")
        return self._constant

    def _moving(self, z: Tensor) -> Tensor:
        return z[..., : self.spec.components + self.spec.hidden]

    def _drift(self, z: Tensor, state: Tensor, linear: Tensor, features: Tensor) -> Tensor:
        spec, drift = self.spec, self.field.drift(state, linear, features)
        if not spec.coloured and not spec.trial_effects:
            return drift
        moved, hidden = drift.split([spec.components, spec.hidden], -1)
        a, effects = z[..., spec.components + spec.hidden :].split([spec.coloured, spec.trial_effects], -1)
        if spec.coloured:
            moved = moved + a @ self.colour.weight.T
        if spec.trial_effects:
            moved = moved + (self.field.effect(features) @ effects[..., None]).squeeze(-1)
        return torch.cat([moved, hidden, -self.colour.theta * a, torch.zeros_like(effects)], -1)

    def _diffuse(self, features: Tensor, v: Tensor) -> Tensor:
        spec = self.spec
        own, shared, colour = self.field.amplitudes(features)
        first, second, third = v.split([spec.noisy, spec.diffusion_rank, spec.coloured], -1)
        moved = own * first
        if spec.diffusion_rank:
            moved = moved + (shared * second) @ self.field.shared_mix().T
        moved = pad(moved, (0, spec.components + spec.hidden - spec.noisy))
        moved = torch.cat([moved, colour * third], -1) if spec.coloured else moved
        return pad(moved, (0, spec.trial_effects)) if spec.trial_effects else moved
