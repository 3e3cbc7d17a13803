"""Descend one phase of a fit: minibatches, a falling rate, the best held-out state kept, guards."""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import torch
from nado_lab.twin.errors import DivergenceError
from nado_lab.twin.fitting.optimisers import optimisers_of, set_rate, step
from nado_lab.twin.model.rows import Rows
from nado_lab.twin.model.twin import Twin
from nado_lab.twin.records.settings import FitSettings, PhaseName
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

Loss = Callable[[Rows, torch.Generator], Tensor]
AlsoTrained = dict[str, torch.nn.Module | torch.optim.Optimizer]
RETRIES = 3
CHECK_EVERY = 20
CHECKS_A_MEAN = 5
"""A mean of weights changes slowly: so often is it judged while it is renewed once."""


@dataclass(frozen=True)
class Phase:
    """One stretch of a fit: its loss, its loss on held-out rows, its steps or seconds, its rate.

    Where `averaged` is not 0, the running mean of about so many steps' weights is judged and kept, for single
    steps follow their own few rows (Polyak and Juditsky 1992). `also_trained` are modules and optimisers that
    the loss changes beside the twin, by name.
    """

    name: PhaseName
    loss: Loss
    check: Loss
    steps: int
    seconds: float | None
    rate: float
    weight: float
    averaged: int = 0
    also_trained: AlsoTrained = field(default_factory=AlsoTrained)


@dataclass
class PhaseState:
    """Where a phase stands: with the twin's weights, all that its next step depends on."""

    optimisers: list[torch.optim.Optimizer]
    generator: torch.Generator
    kept: dict[str, Tensor]
    rate: float
    mean: AveragedModel | None = None
    best: float = math.inf
    retries: int = RETRIES
    best_at: float = 0.0
    step: int = 0
    spent: float = 0.0
    loss: float | None = None


def begin_phase(twin: Twin, phase: Phase, settings: FitSettings) -> PhaseState:
    """Return the state in which a phase begins."""
    generator = torch.Generator().manual_seed(settings.seed + 1)
    optimisers, kept = optimisers_of(twin, settings), copy.deepcopy(twin.state_dict())
    return PhaseState(optimisers, generator, kept, phase.rate, _mean_of(twin, phase))


def _mean_of(twin: Twin, phase: Phase) -> AveragedModel | None:
    """Return the running mean of the twin's weights, of few steps at first, if the phase has one."""
    if not phase.averaged:
        return None

    def follow(mean: Tensor, now: Tensor, steps: Tensor | int) -> Tensor:
        return mean.lerp(now, max(1 / phase.averaged, 10 / (10 + float(steps))))

    return AveragedModel(twin, avg_fn=follow)


class FitRows(NamedTuple):
    """The rows that are fitted, and those held out that say which state was best."""

    train: Rows
    check: Rows


class PhaseWatch(Protocol):
    """Look at a phase while it runs."""

    def before_step(self, state: PhaseState) -> None:
        """See the state before a step; raise to stop."""
        ...

    def checked(self, state: PhaseState, done: float, held_out: float) -> None:
        """Hear which share of the phase is done, and the loss on the rows held out."""
        ...


def run_phase(
    twin: Twin, phase: Phase, settings: FitSettings, rows: FitRows, state: PhaseState, watch: PhaseWatch
) -> None:
    """Descend the phase's loss from `state` and keep the state that scores best on the held-out rows.

    When a loss or gradient stops being finite, go on from the best state at a third of the rate, thrice.
    Without a better state for `patience` of its length the phase ends early.
    """
    every = settings.check_every or phase.averaged // CHECKS_A_MEAN or CHECK_EVERY
    for done in _clock(phase, state):
        watch.before_step(state)
        if state.step % every == 0 or done >= 1.0:
            held = _check(twin, phase, settings, rows.check, state, done)
            done = 1.0 if done - state.best_at > settings.patience else done
            watch.checked(state, done, held)
        if done >= 1.0:
            break
        set_rate(state.optimisers, state.rate * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done))))
        try:
            state.loss = _step(twin, phase, settings, rows.train, state)
        except DivergenceError:
            if state.retries == 0:
                raise
            _retry(twin, phase, settings, state)
        if state.mean is not None:
            state.mean.update_parameters(twin)
        state.step += 1
    twin.load_state_dict(state.kept)


def _retry(twin: Twin, phase: Phase, settings: FitSettings, state: PhaseState) -> None:
    """Go back to the best state, with a third of the rate."""
    state.retries, state.rate = state.retries - 1, state.rate / 3
    twin.load_state_dict(state.kept)
    state.optimisers, state.mean = optimisers_of(twin, settings), _mean_of(twin, phase)


def _check(
    twin: Twin, phase: Phase, settings: FitSettings, rows: Rows, state: PhaseState, done: float
) -> float:
    """Return the loss on the held-out rows; keep the twin if it is the best so far."""
    with _averaged(twin, state.mean):
        held = _held_out_loss(phase.check, rows, settings.seed)
        if held < state.best:
            state.best, state.kept, state.best_at = held, copy.deepcopy(twin.state_dict()), done
    return held


@contextmanager
def _averaged(twin: Twin, mean: AveragedModel | None) -> Generator[None]:
    """Give the twin the mean of its weights for a while, if there is one."""
    if mean is None:
        yield
        return
    now = copy.deepcopy(twin.state_dict())
    twin.load_state_dict(mean.module.state_dict())
    try:
        yield
    finally:
        twin.load_state_dict(now)


def _clock(phase: Phase, state: PhaseState) -> Iterator[float]:
    """Tell how much of the phase is done (0 to 1), by steps or by seconds."""
    begun = time.monotonic() - state.spent
    while True:
        state.spent = time.monotonic() - begun
        if phase.seconds is None:
            yield min(1.0, state.step / phase.steps) if phase.steps else 1.0
        else:
            yield min(1.0, state.spent / phase.seconds)


def _step(twin: Twin, phase: Phase, settings: FitSettings, train: Rows, state: PhaseState) -> float:
    """Take one step, return its loss; a loss or gradient that is not finite is refused with its name."""
    chosen = torch.randint(len(train), (min(settings.batch, len(train)),), generator=state.generator)
    loss = phase.loss(train.at(chosen), state.generator)
    twin.zero_grad(set_to_none=True)
    if not torch.isfinite(loss):
        raise DivergenceError(f"the {phase.name} loss became {loss.item()}; lower the learning rate")
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(twin.parameters(), 1.0)
    if not torch.isfinite(norm):
        parts = [n for n, p in twin.named_parameters() if p.grad is not None and not p.grad.isfinite().all()]
        raise DivergenceError(f"no finite gradient in {', '.join(parts[:3])}; lower the learning rate")
    step(state.optimisers)
    return float(loss.detach())


@torch.no_grad()
def _held_out_loss(loss: Loss, check: Rows, seed: int) -> float:
    """Average the loss over the held-out rows, with the same noise every time."""
    value = float(loss(check, torch.Generator().manual_seed(seed + 2)))
    return value if math.isfinite(value) else math.inf
