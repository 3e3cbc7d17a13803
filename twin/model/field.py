"""The learnt vector field: drift of components and hidden states, and the amplitudes of every noise."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from typing import NamedTuple

import torch
from nado_lab.twin.records.spec import ModelSpec
from torch import Tensor, nn
from torch.nn.functional import silu, softplus

SMALLEST = 1e-4
BOUND = 4.0
"""Where components in innovations form stop to be told apart, in standard deviations of what was measured."""
SHARPNESS = 4.0
"""Slope of the units that see the drive, which runs from -1 to 1: thresholds are learnt late by flat ones."""


class Amplitudes(NamedTuple):
    """White noise: own (row, noisy), shared (row, rank); coloured noise: (row, coloured)."""

    own: Tensor
    shared: Tensor
    colour: Tensor


class VectorField(nn.Module):
    """A linear part plus a small trunk; drift and noise amplitudes are heads on it.

    Components drift freely, in innovations form to a bounded target; hidden states drift to a candidate at a
    gated rate, so they stay within ±1 (a gated recurrent unit as a differential equation, De Brouwer et al.
    2019, arXiv 1905.12374). What is constant within a step (drive with its lags, delayed components) enters
    once through `drive_part` and `prepare`.
    """

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__()
        self.spec = spec
        entered, lagged = spec.width + spec.components, (spec.drive_lags + 1) * spec.ports
        self.drift_sizes = (spec.components, spec.hidden, spec.hidden)
        self.noise_sizes = (spec.noisy, spec.diffusion_rank, spec.coloured)
        self.from_drive = nn.Linear(lagged, entered)
        self.embed = nn.Linear(lagged, spec.width)
        self.from_embedded = nn.Linear(spec.width, entered, bias=False)
        self.from_state = nn.Linear(spec.components + spec.hidden, entered, bias=False)
        if spec.delays:
            self.from_delays = nn.Linear(spec.delays * spec.components, entered, bias=False)
        self.middle = nn.Linear(spec.width, spec.width)
        self.to_drift = nn.Linear(spec.width, sum(self.drift_sizes))
        self.noise_middle = nn.Linear(spec.width, spec.width // 2)
        self.to_noise = nn.Linear(spec.width // 2, sum(self.noise_sizes))
        self.mix = nn.Parameter(0.1 * torch.randn(spec.components, spec.diffusion_rank))
        if spec.trial_effects:
            self.to_effect = nn.Linear(spec.width, spec.components * spec.trial_effects)
            self.first_effect = nn.Parameter(torch.zeros(spec.components, spec.trial_effects))
        self._start()

    @torch.no_grad()
    def _start(self) -> None:
        """Begin with no linear part, slow hidden states, and small constant noise."""
        self.set_linear(torch.zeros(self.spec.components))
        self.from_embedded.weight[self.spec.width :].zero_()
        self.to_drift.bias.zero_()
        self.to_drift.bias[-self.spec.hidden or len(self.to_drift.bias) :] = -1.0
        self.to_drift.weight[: self.spec.components].mul_(0.1)
        self.to_noise.weight.mul_(0.1)
        self.to_noise.bias.fill_(-3.0)
        if self.spec.trial_effects:
            self.to_effect.weight.zero_()

    @torch.no_grad()
    def start_sharp(self) -> None:
        """Let the units that see the drive bend sharply, each at another place of its range of -1 to 1.

        With 250 000 measured steps that lowers what a fit misses of the mean; on few it was not tried.
        """
        weight = SHARPNESS * torch.randn_like(self.embed.weight)
        bends_at = 2 * torch.rand_like(weight) - 1
        self.embed.weight.copy_(weight)
        self.embed.bias.copy_(-(weight * bends_at).sum(1))
        self.from_embedded.weight.div_(SHARPNESS)

    @torch.no_grad()
    def set_linear(self, bias: Tensor, **weights: Tensor) -> None:
        """Set the linear drift: bias (component,), drive, state, delays (component, input); else 0."""
        width = self.spec.width
        self.from_drive.bias[width:] = bias
        for name in ("drive", "state", "delays"):
            layer = getattr(self, f"from_{name}", None)
            if layer is not None:
                layer.weight[width:].zero_()
            if layer is not None and name in weights:
                layer.weight[width:, : weights[name].shape[1]] = weights[name]

    @torch.no_grad()
    def set_noise(self, own: Tensor, mix: Tensor) -> None:
        """Set a constant white noise: own (component,) and mix (component, rank) of unit amplitudes."""
        first, shared = self.noise_sizes[0], self.spec.diffusion_rank
        self.to_noise.bias[: self.spec.components] = _inverse_softplus(own)
        self.to_noise.bias[first : first + shared] = _inverse_softplus(torch.ones(shared))
        self.mix.copy_(mix)

    @torch.no_grad()
    def set_effect(self, effect: Tensor) -> None:
        """Let a trial's numbers move the components (component, effect) alike everywhere."""
        self.to_effect.bias.copy_(effect.flatten())

    @torch.no_grad()
    def move_drive(self, gain: Tensor, shift: Tensor) -> None:
        """Answer drive u as `gain` * u + `shift` (port,) was answered, the drive's lags too."""
        lags = self.spec.drive_lags + 1
        for layer in (self.from_drive, self.embed):
            layer.bias.add_(layer.weight @ shift.repeat_interleave(lags))
            layer.weight.mul_(gain.repeat_interleave(lags))

    def shared_mix(self) -> Tensor:
        """Return the mix padded with zeros for the hidden states that have noise (noisy, rank)."""
        return nn.functional.pad(self.mix, (0, 0, 0, self.spec.noisy - self.spec.components))

    def drive_part(self, drive: Tensor) -> Tensor:
        """Weigh drive with its lags, (…, (lags + 1) ports), for all steps at once."""
        return self.from_drive(drive) + self.from_embedded(silu(self.embed(drive)))

    def prepare(self, drive_part: Tensor, delays: Tensor) -> Tensor:
        """Join what stays constant within a step; delays (row, delays x component)."""
        return drive_part + self.from_delays(delays) if self.spec.delays else drive_part

    def trunk(self, state: Tensor, constant: Tensor) -> tuple[Tensor, Tensor]:
        """Return linear drift (row, component), features (row, width) at state (row, component + hidden)."""
        if self.spec.innovations:
            components, hidden = state.split([self.spec.components, self.spec.hidden], -1)
            state = torch.cat([BOUND * torch.tanh(components / BOUND), hidden], -1)
        entered, linear = (constant + self.from_state(state)).split(
            [self.spec.width, self.spec.components], -1
        )
        return linear, silu(self.middle(silu(entered)))

    def drift(self, state: Tensor, linear: Tensor, features: Tensor) -> Tensor:
        """Return the drift (row, component + hidden)."""
        moved, candidate, gate = self.to_drift(features).split(list(self.drift_sizes), -1)
        if not self.spec.hidden:
            return linear + moved
        components, hidden = state.split([self.spec.components, self.spec.hidden], -1)
        moved = linear + moved - components if self.spec.innovations else linear + moved
        return torch.cat([moved, torch.sigmoid(gate) * (torch.tanh(candidate) - hidden)], -1)

    def effect(self, features: Tensor) -> Tensor:
        """Return what a trial's numbers add to the drift, per unit: (…, component, effect)."""
        return self.to_effect(features).unflatten(-1, (self.spec.components, self.spec.trial_effects))

    def amplitudes(self, features: Tensor) -> Amplitudes:
        """Return the amplitudes of the noises."""
        out = softplus(self.to_noise(silu(self.noise_middle(features)))) + SMALLEST
        return Amplitudes(*out.split(list(self.noise_sizes), -1))


def _inverse_softplus(value: Tensor) -> Tensor:
    return torch.log(torch.expm1(value.clamp_min(2 * SMALLEST) - SMALLEST))
