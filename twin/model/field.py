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

    What is constant within a step (drive with its lags, delayed scores) enters once through `prepare`.
    """

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__()
        self.spec = spec
        moving = spec.scores + spec.hidden
        self.sizes = (moving, spec.scores, spec.scores * spec.diffusion_rank, spec.coloured)
        self.from_drive = nn.Linear((spec.drive_lags + 1) * spec.ports, spec.width + moving)
        if spec.delays:
            self.from_delays = nn.Linear(spec.delays * spec.scores, spec.width + moving, bias=False)
        self.from_state = nn.Linear(moving, spec.width + moving, bias=False)
        self.middle = nn.Linear(spec.width, spec.width)
        self.last = nn.Linear(spec.width, sum(self.sizes))
        self._start()

    @torch.no_grad()
    def _start(self) -> None:
        """Begin with no linear part, a decaying hidden state, and small constant noise."""
        width = self.spec.width
        for layer in self.children():
            if isinstance(layer, nn.Linear) and layer is not self.middle and layer is not self.last:
                layer.weight[width:].zero_()
        self.from_drive.bias[width:].zero_()
        hidden = range(width + self.spec.scores, width + self.spec.scores + self.spec.hidden)
        for row in hidden:
            self.from_state.weight[row, row - width] = -0.3
        self.last.weight.mul_(0.1)
        self.last.bias.zero_()
        self.last.bias[self.sizes[0] :] = -3.0
        mix = slice(sum(self.sizes[:2]), sum(self.sizes[:3]))
        self.last.bias[mix] = 0.02 * torch.randn(self.sizes[2])

    def drive_part(self, drive: Tensor) -> Tensor:
        """Weigh drive with its lags, (…, (lags + 1) ports), for all steps at once."""
        return self.from_drive(drive)

    def prepare(self, drive_part: Tensor, delays: Tensor) -> Tensor:
        """Join what stays constant within a step; delays (row, delays x score)."""
        return drive_part + self.from_delays(delays) if self.spec.delays else drive_part

    def forward(self, state: Tensor, constant: Tensor) -> Terms:
        """Return the terms at state (row, score + hidden) under the prepared `constant`."""
        entered, linear = (constant + self.from_state(state)).split(
            [self.spec.width, self.spec.scores + self.spec.hidden], -1
        )
        out = self.last(silu(self.middle(silu(entered))))
        drift, sigma, mix, colour = out.split(list(self.sizes), -1)
        return Terms(
            linear + drift,
            softplus(sigma) + SMALLEST,
            mix.unflatten(-1, (self.spec.scores, self.spec.diffusion_rank)),
            softplus(colour) + SMALLEST,
        )
