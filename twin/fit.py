"""Fit a twin to measured trials, in the phases of its schedule."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import torch

from twin.data import Trials
from twin.descent import Progress, descend
from twin.errors import DataError
from twin.model import Twin
from twin.prepare import Rows, build, rows_of, set_noise, silence
from twin.schedule import phases
from twin.settings import FitSettings

MOST_CHECKED = 200


def fit(
    trials: Trials,
    settings: FitSettings | None = None,
    progress: Progress | None = None,
    *,
    start: Twin | None = None,
) -> Twin:
    """Fit a twin; the same trials, settings and seed give the same twin (unless `budget_s` is set).

    `start` is a twin to go on from: its model is kept, its weights are improved on these trials.
    `progress` is called with {"phase", "step", "done", "held_out", "best"} at every check.
    """
    settings = settings or FitSettings()
    report = progress or (lambda event: None)
    with torch.random.fork_rng(devices=[]), one_thread():
        torch.manual_seed(settings.seed)
        fitted, held = _hold_out(trials, settings)
        twin = build(fitted, settings.model) if start is None else copy.deepcopy(start).train()
        train, check = rows_of(twin, fitted), rows_of(twin, held.at(slice(0, MOST_CHECKED)))
        for phase in phases(twin, settings, train):
            descend(twin, phase, settings, train, check, report)
            if phase.name == "mean" and start is None:
                _noise_from_residual(twin, train)
        if settings.method == "ode":
            silence(twin)
    record = asdict(settings) | {"held_out": held.sequence.unique().tolist()}
    twin.card |= {"fit": record, "lineage": list(trials.lineage)}
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
        return _hold_out_repeats(trials, settings)
    count = max(1, round(settings.held_out_share * len(numbers)))
    generator = torch.Generator().manual_seed(settings.seed)
    return trials.split(numbers[torch.randperm(len(numbers), generator=generator)[:count]].tolist())


def _hold_out_repeats(trials: Trials, settings: FitSettings) -> tuple[Trials, Trials]:
    """Part the repeats of the one sequence there is."""
    if len(trials) < 2:
        raise DataError("a fit needs two sequences, two repeats, or windows of a long trial; got one trial")
    count = max(1, round(settings.held_out_share * len(trials)))
    order = torch.randperm(len(trials), generator=torch.Generator().manual_seed(settings.seed))
    return trials.at(order[count:]), trials.at(order[:count])


@torch.no_grad()
def _noise_from_residual(twin: Twin, rows: Rows) -> None:
    """Start the noise from what the mean path leaves of the training rows."""
    residual = rows.scores - twin.paths(rows.drive, rows.start, noise=False)
    set_noise(twin, residual.flatten(0, 1), share=0.7)
