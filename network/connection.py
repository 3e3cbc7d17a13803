"""The weights between devices: linear, where asked sparse, and with as few levels as the hardware has."""

# pyright: reportUnknownMemberType=false

import torch
from torch import Tensor, nn


class Connection(nn.Linear):
    """A linear map whose missing connections stay missing and whose weights take `levels` values.

    Quantised weights keep their gradient as if they were not (straight-through estimator, Bengio et al.,
    arXiv 1308.3432): what trains is the weight behind the level.
    """

    mask: Tensor | None

    def __init__(
        self,
        sources: int,
        targets: int,
        *,
        bias: bool = True,
        levels: int | None = None,
        masked: bool = False,
    ) -> None:
        super().__init__(sources, targets, bias=bias)
        self.levels = levels
        self.register_buffer("mask", torch.ones(targets, sources) if masked else None)

    @property
    def realised(self) -> Tensor:
        """Return the weights (target, source) as the hardware realises them."""
        weight = self.weight if self.mask is None else self.weight * self.mask
        return weight if self.levels is None else quantise(weight, self.levels)

    def forward(self, input: Tensor) -> Tensor:
        """Map (..., source) to (..., target)."""
        return nn.functional.linear(input, self.realised, self.bias)


def quantise(weight: Tensor, levels: int) -> Tensor:
    """Round to `levels` equidistant values from -max |weight| to max |weight|, gradient straight through."""
    largest = weight.detach().abs().amax().clamp_min(1e-12)
    spacing = 2 * largest / (levels - 1)
    rounded = torch.round((weight + largest) / spacing) * spacing - largest
    return weight + (rounded - weight).detach()


def choose_sources(targets: int, sources: int, fan_in: int, generator: torch.Generator) -> Tensor:
    """Return a mask (target, source) with `fan_in` random sources a target (all, where there are fewer)."""
    rank = torch.rand(targets, sources, generator=generator).argsort(1).argsort(1)
    return (rank < fan_in).float()
