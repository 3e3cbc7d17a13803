"""Descend one phase of a fit: minibatches, a falling rate, the best held-out state kept, guards."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from twin.errors import DivergenceError
from twin.model import Twin
from twin.prepare import Rows
from twin.settings import FitSettings

Progress = Callable[[dict[str, Any]], None]
Loss = Callable[[Rows, torch.Generator], Tensor]
RETRIES = 3


@dataclass(frozen=True)
class Phase:
    """One stretch of a fit: its loss, the held-out loss that judges it, its steps or seconds, its rate."""

    name: str
    loss: Loss
    check: Loss
    steps: int
    seconds: float | None
    rate: float


def descend(
    twin: Twin, phase: Phase, settings: FitSettings, train: Rows, check: Rows, report: Progress
) -> None:
    """Descend the phase's loss and keep the state that scores best on the held-out rows.

    When a loss or gradient stops being finite, go on from the best state at a third of the rate, thrice.
    Without a better state for `patience` checks the phase ends early.
    """
    generator = torch.Generator().manual_seed(settings.seed + 1)
    best, kept, trials, stale = math.inf, copy.deepcopy(twin.state_dict()), RETRIES, 0
    rate, optimiser = phase.rate, _optimiser(twin, settings)
    for step, done in _clock(phase):
        if step % settings.check_every == 0 or done >= 1.0:
            held, stale = _held_out_loss(phase.check, check, settings.seed), stale + 1
            if held < best:
                best, kept, stale = held, copy.deepcopy(twin.state_dict()), 0
            done = 1.0 if stale > settings.patience else done
            report({"phase": phase.name, "step": step, "done": done, "held_out": held, "best": best})
        if done >= 1.0:
            break
        _set_rate(optimiser, rate * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done))))
        chosen = torch.randint(len(train), (min(settings.batch, len(train)),), generator=generator)
        try:
            _step(twin, optimiser, phase, phase.loss(train.at(chosen), generator))
        except DivergenceError:
            trials, rate = trials - 1, rate / 3
            if trials < 0:
                raise
            twin.load_state_dict(kept)
            optimiser = _optimiser(twin, settings)
    twin.load_state_dict(kept)


def _optimiser(twin: Twin, settings: FitSettings) -> torch.optim.Optimizer:
    return torch.optim.AdamW(twin.parameters(), weight_decay=settings.weight_decay)


def _set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = rate


def _clock(phase: Phase) -> Iterator[tuple[int, float]]:
    """Count steps and tell how much of the phase is done (0 to 1), by steps or by seconds."""
    begun, step = time.monotonic(), 0
    while True:
        if phase.seconds is None:
            yield step, min(1.0, step / phase.steps) if phase.steps else 1.0
        else:
            yield step, min(1.0, (time.monotonic() - begun) / phase.seconds)
        step += 1


def _step(twin: Twin, optimiser: torch.optim.Optimizer, phase: Phase, loss: Tensor) -> None:
    """Take one step; a loss or gradient that is not finite is refused with the name of the part."""
    optimiser.zero_grad(set_to_none=True)
    if not torch.isfinite(loss):
        raise DivergenceError(f"the {phase.name} loss became {loss.item()}; lower the learning rate")
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(twin.parameters(), 1.0)
    if not torch.isfinite(norm):
        parts = [n for n, p in twin.named_parameters() if p.grad is not None and not p.grad.isfinite().all()]
        raise DivergenceError(f"no finite gradient in {', '.join(parts[:3])}; lower the learning rate")
    optimiser.step()


@torch.no_grad()
def _held_out_loss(loss: Loss, check: Rows, seed: int) -> float:
    """Average the loss over the held-out rows, with the same noise every time."""
    value = float(loss(check, torch.Generator().manual_seed(seed + 2)))
    return value if math.isfinite(value) else math.inf
