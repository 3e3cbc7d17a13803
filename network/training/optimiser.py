"""AdamW under one learning-rate cycle, whose whole state is tensors (so that it can be stored)."""

# pyright: reportUnknownMemberType=false

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

WARM_UP = 0.25
WIDE = 512


class Optimiser:
    """Descend a loss in `total` steps: AdamW (Loshchilov & Hutter 2019), cosine up and down again."""

    def __init__(
        self, parameters: Iterable[nn.Parameter], rate: float, decay: float, clip: float, total: int
    ) -> None:
        self.parameters = [p for p in parameters if p.requires_grad]
        self.rate, self.clip, self.total, self.taken = rate, clip, total, 0
        groups: list[dict[str, Any]] = [{"params": [p], "share": _share(p)} for p in self.parameters]
        self.adam = torch.optim.AdamW(groups, lr=rate, weight_decay=decay)

    @property
    def done(self) -> float:
        """Return the share of the steps that were taken, 0 to 1."""
        return self.taken / self.total

    def step(self) -> None:
        """Take one step along the gradients there are, and clear them."""
        for group in self.adam.param_groups:
            group["lr"] = self.rate * group["share"] * cycle(self.done)
        nn.utils.clip_grad_norm_(self.parameters, self.clip)
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        self.taken += 1

    def state(self) -> dict[str, Tensor]:
        """Return everything a later `restore` needs."""
        moments = {
            f"{name}.{i}": self.adam.state[p][name]
            for i, p in enumerate(self.parameters)
            for name in self.adam.state[p]
        }
        return {"taken": torch.tensor(self.taken), **moments}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Continue where the optimiser that gave `state` stood."""
        self.taken = int(state["taken"])
        for key, value in state.items():
            name, _, index = key.rpartition(".")
            if name:
                self.adam.state[self.parameters[int(index)]][name] = value.clone()


def _share(parameter: nn.Parameter) -> float:
    """Return the share of the rate: weights with many sources step less, as their steps add up."""
    return min(1.0, WIDE / parameter.shape[1]) if parameter.ndim == 2 else 1.0


def cycle(done: float) -> float:
    """Return the learning rate's share of its largest: from 1/25 up to 1, and down to nearly 0."""
    if done < WARM_UP:
        return 0.04 + 0.96 * 0.5 * (1 - math.cos(math.pi * done / WARM_UP))
    return 1e-4 + (1 - 1e-4) * 0.5 * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP)))
