"""The learnt vector field: drift of scores and hidden states, and the amplitudes of every noise."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import silu, softplus

from twin.model.spec import ModelSpec

SMALLEST = 1e-4


class Terms(NamedTuple):
    """Drift (row, score + hidden), sigma (row, score), mix (row, score, rank), colour (row, coloured)."""

    drift: Tensor
    sigma: Tensor
    mix: Tensor
    colour: Tensor


class VectorField(nn.Module):
    """A linear part plus one small trunk shared by drift and diffusion.

    Scores drift freely; hidden states drift to a candidate at a gated rate, so they stay within ±1 (a gated
    recurrent unit as a differential equation, De Brouwer et al. 2019, arXiv 1905.12374). What is constant
    within a step (drive with its lags, delayed scores) enters once through `prepare`.
    """

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__()
        self.spec = spec
        mix = spec.scores * spec.diffusion_rank
        self.sizes = (spec.scores, spec.hidden, spec.hidden, spec.scores, mix, spec.coloured)
        entered = spec.width + spec.scores
        self.from_drive = nn.Linear((spec.drive_lags + 1) * spec.ports, entered)
        self.from_state = nn.Linear(spec.scores + spec.hidden, entered, bias=False)
        if spec.delays:
            self.from_delays = nn.Linear(spec.delays * spec.scores, entered, bias=False)
        self.middle = nn.Linear(spec.width, spec.width)
        self.last = nn.Linear(spec.width, sum(self.sizes))
        self._start()

    @torch.no_grad()
    def _start(self) -> None:
        """Begin with no linear part, slow hidden states, and small constant noise."""
        self.linear_part(torch.zeros_like(self.from_drive.bias[self.spec.width :]))
        self.last.bias.zero_()
        drift, _, _, sigma, mix, colour = self.last.weight.split(list(self.sizes))
        for weight in (drift, sigma, mix, colour):
            weight.mul_(0.1)
        self.bias_of("gate").fill_(-1.0)
        self.bias_of("sigma").fill_(-3.0)
        self.bias_of("colour").fill_(-3.0)
        mixing = self.bias_of("mix")
        mixing.copy_(0.02 * torch.randn_like(mixing))

    def bias_of(self, part: str) -> Tensor:
        """Return the part of the last layer's bias that belongs to drift, candidate, gate, sigma, …"""
        names = ("drift", "candidate", "gate", "sigma", "mix", "colour")
        return self.last.bias.split(list(self.sizes))[names.index(part)]

    @torch.no_grad()
    def linear_part(self, bias: Tensor, **weights: Tensor) -> None:
        """Set the linear drift of the scores: bias (score,), drive, state, delays (score, input), else 0."""
        width = self.spec.width
        self.from_drive.bias[width:] = bias
        for name in ("drive", "state", "delays"):
            layer = getattr(self, f"from_{name}", None)
            if layer is not None:
                layer.weight[width:].zero_()
            if layer is not None and name in weights:
                layer.weight[width:, : weights[name].shape[1]] = weights[name]

    def drive_part(self, drive: Tensor) -> Tensor:
        """Weigh drive with its lags, (…, (lags + 1) ports), for all steps at once."""
        return self.from_drive(drive)

    def prepare(self, drive_part: Tensor, delays: Tensor) -> Tensor:
        """Join what stays constant within a step; delays (row, delays x score)."""
        return drive_part + self.from_delays(delays) if self.spec.delays else drive_part

    def forward(self, state: Tensor, constant: Tensor) -> Terms:
        """Return the terms at state (row, score + hidden) under the prepared `constant`."""
        entered, linear = (constant + self.from_state(state)).split([self.spec.width, self.spec.scores], -1)
        out = self.last(silu(self.middle(silu(entered))))
        drift, candidate, gate, sigma, mix, colour = out.split(list(self.sizes), -1)
        drift = linear + drift
        if self.spec.hidden:
            hidden = state[..., self.spec.scores :]
            drift = torch.cat([drift, torch.sigmoid(gate) * (torch.tanh(candidate) - hidden)], -1)
        return Terms(
            drift,
            softplus(sigma) + SMALLEST,
            mix.unflatten(-1, (self.spec.scores, self.spec.diffusion_rank)),
            softplus(colour) + SMALLEST,
        )
