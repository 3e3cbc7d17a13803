"""The stochastic differential equation within one step, in the interface that torchsde expects.

dx = f(x, u) dt + W a dt + G(x, u) dW, da = -theta a dt + G_a(x, u) dW; time runs in steps.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from twin.model.field import Terms, VectorField
from twin.model.noise import ColouredNoise
from twin.model.spec import ModelSpec


class NeuralSDE(nn.Module):
    """Drive the state z = (x, h, a) (row, state) while drive and delays stay constant.

    `hold` sets what is constant in the step; then f, g, g_prod and f_and_g_prod are those of torchsde.
    """

    noise_type = "general"
    sde_type = "ito"

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__()
        self.spec = spec
        self.field = VectorField(spec)
        self.colour = ColouredNoise(spec.scores, spec.sources, spec.taus)
        self._constant: Tensor | None = None

    def hold(self, constant: Tensor) -> None:
        """Set the prepared drive and delays (row, ·) of the present step."""
        self._constant = constant

    def f(self, t: Tensor | float, z: Tensor) -> Tensor:
        """Return the drift (row, state)."""
        return self._drift(z, self._terms(z))

    def g(self, t: Tensor | float, z: Tensor) -> Tensor:
        """Return the diffusion matrix (row, state, Wiener)."""
        terms, spec = self._terms(z), self.spec
        top = torch.cat([torch.diag_embed(terms.sigma), terms.mix], -1)
        matrix = z.new_zeros(*z.shape[:-1], spec.state, spec.wiener)
        matrix[..., : spec.scores, : spec.scores + spec.diffusion_rank] = top
        if spec.coloured:
            matrix[..., -spec.coloured :, -spec.coloured :] = torch.diag_embed(terms.colour)
        return matrix

    def g_prod(self, t: Tensor | float, z: Tensor, v: Tensor) -> Tensor:
        """Return the diffusion applied to v (row, Wiener)."""
        return self._diffuse(z, self._terms(z), v)

    def f_and_g_prod(self, t: Tensor | float, z: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Return drift and diffusion applied to v, with one evaluation of the trunk."""
        terms = self._terms(z)
        return self._drift(z, terms), self._diffuse(z, terms, v)

    def _terms(self, z: Tensor) -> Terms:
        if self._constant is None:
            raise RuntimeError("hold() must set the drive before the field is evaluated")
        return self.field(z[..., : self.spec.scores + self.spec.hidden], self._constant)

    def _drift(self, z: Tensor, terms: Terms) -> Tensor:
        spec = self.spec
        if not spec.coloured:
            return terms.drift
        a = z[..., -spec.coloured :]
        moved = terms.drift[..., : spec.scores] + a @ self.colour.weight.T
        return torch.cat([moved, terms.drift[..., spec.scores :], -self.colour.theta * a], -1)

    def _diffuse(self, z: Tensor, terms: Terms, v: Tensor) -> Tensor:
        spec = self.spec
        white, rest = v[..., : spec.scores], v[..., spec.scores :]
        moved = terms.sigma * white
        if spec.diffusion_rank:
            moved = moved + (terms.mix @ rest[..., : spec.diffusion_rank, None]).squeeze(-1)
        parts = [moved]
        if spec.hidden:
            parts.append(z.new_zeros(*z.shape[:-1], spec.hidden))
        if spec.coloured:
            parts.append(terms.colour * rest[..., spec.diffusion_rank :])
        return torch.cat(parts, -1) if len(parts) > 1 else moved
