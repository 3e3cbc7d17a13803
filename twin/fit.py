"""Fit a twin to measured trials: one-step likelihood first, then free-running scoring rules."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from twin.data import Trials
from twin.errors import DataError, DivergenceError
from twin.losses import free_running, likelihood, sample_paths
from twin.model import Twin
from twin.prepare import Rows, build, rows_of, set_noise
from twin.settings import FitSettings

Progress = Callable[[dict[str, Any]], None]
Loss = Callable[[Rows, torch.Generator], Tensor]
RETRIES = 3


@dataclass(frozen=True)
class Phase:
    """One stretch of a fit: its loss, its number of steps or its share of the seconds, its rate."""

    name: str
    loss: Loss
    steps: int
    seconds: float | None
    rate: float


def fit(trials: Trials, settings: FitSettings | None = None, progress: Progress | None = None) -> Twin:
    """Fit a twin; the same trials, settings and seed give the same twin (unless `budget_s` is set)."""
    settings = settings or FitSettings()
    report = progress or (lambda event: None)
    with torch.random.fork_rng(devices=[]), one_thread():
        torch.manual_seed(settings.seed)
        fitted, held = _hold_out(trials, settings)
        twin = build(fitted, settings.model)
        train, check = rows_of(twin, fitted), rows_of(twin, held)
        for phase in _phases(twin, settings):
            _run(twin, phase, settings, train, check, report)
            if phase.name == "mean" and phase.steps:
                _noise_from_residual(twin, train)
    twin.card |= {"fit": _record(settings, held), "lineage": list(trials.lineage)}
    return twin.eval()


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: the matrices are small, and threads that wait for each other cost far more."""
    count = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(count)


def _hold_out(trials: Trials, settings: FitSettings) -> tuple[Trials, Trials]:
    """Part the sequences: what is fitted, and what decides which state was best."""
    numbers = trials.sequence.unique()
    if len(numbers) < 2:
        raise DataError("a fit needs at least two different sequences (or windows of a long one)")
    count = max(1, round(settings.held_out_share * len(numbers)))
    generator = torch.Generator().manual_seed(settings.seed)
    return trials.split(numbers[torch.randperm(len(numbers), generator=generator)[:count]].tolist())


def _phases(twin: Twin, settings: FitSettings) -> list[Phase]:
    seconds = settings.budget_s

    def forced(rows: Rows, generator: torch.Generator) -> Tensor:
        return likelihood(twin, rows.drive, rows.scores, rows.start)

    def mean(rows: Rows, generator: torch.Generator) -> Tensor:
        scores = twin.paths(rows.drive, rows.start, noise=False)
        return (twin.read(scores, noise=False, generator=None) - rows.truth).square().mean()

    def score(rows: Rows, generator: torch.Generator) -> Tensor:
        members = sample_paths(twin, rows.drive, settings.members, generator, rows.start)
        return free_running(members, rows.truth, generator)

    rate = settings.learning_rate
    return [
        Phase("mean", mean, settings.mean_steps, seconds and 0.25 * seconds, rate),
        Phase("likelihood", forced, settings.likelihood_steps, seconds and 0.25 * seconds, rate),
        Phase("score", score, settings.score_steps, seconds and 0.75 * seconds, rate),
    ]


def _run(twin: Twin, phase: Phase, settings: FitSettings, train: Rows, check: Rows, report: Progress) -> None:
    """Descend the phase's loss and keep the state that scores best on the held-out rows.

    When a loss or gradient stops being finite, go on from the best state at a third of the rate, thrice.
    """
    generator = torch.Generator().manual_seed(settings.seed + 1)
    best, kept, trials = math.inf, copy.deepcopy(twin.state_dict()), RETRIES
    rate, optimiser = phase.rate, _optimiser(twin, settings)
    for step, done in _clock(phase):
        if step % settings.check_every == 0 or done >= 1.0:
            held = _held_out_loss(phase.loss, check, settings.seed)
            if held < best:
                best, kept = held, copy.deepcopy(twin.state_dict())
            report({"phase": phase.name, "step": step, "done": done, "held_out": held, "best": best})
        if done >= 1.0:
            break
        _set_rate(optimiser, rate * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done))))
        chosen = torch.randint(len(train), (min(settings.batch, len(train)),), generator=generator)
        try:
            _descend(twin, optimiser, phase, phase.loss(train.at(chosen), generator))
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


@torch.no_grad()
def _noise_from_residual(twin: Twin, rows: Rows) -> None:
    """Start the noise from what the mean path leaves of the training rows."""
    residual = rows.scores - twin.paths(rows.drive, rows.start, noise=False)
    set_noise(twin, residual.flatten(0, 1), share=0.7)


def _clock(phase: Phase) -> Iterator[tuple[int, float]]:
    """Count steps and tell how much of the phase is done (0 to 1), by steps or by seconds."""
    begun, step = time.monotonic(), 0
    while True:
        if phase.seconds is None:
            yield step, min(1.0, step / phase.steps) if phase.steps else 1.0
        else:
            yield step, min(1.0, (time.monotonic() - begun) / phase.seconds)
        step += 1


def _descend(twin: Twin, optimiser: torch.optim.Optimizer, phase: Phase, loss: Tensor) -> None:
    """Take one step; a step whose gradient is not finite is refused with the name of the part."""
    optimiser.zero_grad(set_to_none=True)
    if not torch.isfinite(loss):
        raise DivergenceError(f"the {phase.name} loss became {loss.item()}; lower the learning rate")
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(twin.parameters(), 1.0)
    if not torch.isfinite(norm):
        parts = [n for n, p in twin.named_parameters() if p.grad is not None and not p.grad.isfinite().all()]
        raise DivergenceError(
            f"the gradient of {', '.join(parts[:3])} is not finite; lower the learning rate"
        )
    optimiser.step()


@torch.no_grad()
def _held_out_loss(loss: Loss, check: Rows, seed: int) -> float:
    """Average the loss over the held-out rows, with the same noise every time."""
    generator = torch.Generator().manual_seed(seed + 2)
    value = float(loss(check, generator))
    return value if math.isfinite(value) else math.inf


def _record(settings: FitSettings, held: Trials) -> dict[str, Any]:
    return asdict(settings) | {"held_out": held.sequence.unique().tolist()}
