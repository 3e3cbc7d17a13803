"""Numbers of a trial's own: how they are drawn, as the trials that were fitted had them."""

from __future__ import annotations

import torch
from nado_lab.twin.compute import normal
from torch import Tensor, nn

KEPT = 512


class TrialEffects(nn.Module):
    """Draw z (row, effect): one of the `seen` trials' estimates, and what those leave open (`left`).

    Together they have mean 0 and variance 1. Before a fit has seen any, z is normal. Slow changes of a device
    are seldom normal (a trap that is filled for a while, a contact that jumps), so the estimates are kept as
    they are and no shape is assumed for them.
    """

    seen: Tensor
    left: Tensor

    def __init__(self, count: int) -> None:
        super().__init__()
        self.register_buffer("seen", torch.zeros(KEPT, count))
        self.register_buffer("left", torch.ones(count))

    def draw(self, rows: int, generator: torch.Generator | None) -> Tensor:
        """Draw (row, effect) of independent trials."""
        drawn_on = self.seen.device if generator is None else generator.device
        chosen = torch.randint(KEPT, (rows,), generator=generator, device=drawn_on).to(self.seen.device)
        rest = normal(rows, self.seen.shape[1], generator=generator, like=self.seen)
        return self.seen[chosen] + self.left * rest

    @torch.no_grad()
    def keep(self, estimates: Tensor, left: Tensor) -> None:
        """Keep estimates (trial, effect) of many trials, and the deviation (effect,) that each leaves open.

        Of more than KEPT trials those are taken that stand evenly in the order of the first effect.
        """
        ordered = estimates[estimates[:, 0].argsort()]
        at = (torch.arange(KEPT, device=estimates.device) + 0.5) * len(ordered) / KEPT
        self.seen.copy_(ordered[at.long()] - estimates.mean(0))
        self.left.copy_(left)
