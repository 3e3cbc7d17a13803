"""Fit a twin to measured trials, in the phases of its schedule."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial

import torch
from nado_lab.twin.data import Trials
from nado_lab.twin.descent import Progress, begin, descend
from nado_lab.twin.keeper import Keeper
from nado_lab.twin.losses.forcing import force
from nado_lab.twin.model import Twin
from nado_lab.twin.parts import describe, hold_out
from nado_lab.twin.prepare import Rows, build, rows_of, set_noise, silence
from nado_lab.twin.provenance import versions
from nado_lab.twin.refreshed import More, refreshed
from nado_lab.twin.schedule import phases
from nado_lab.twin.settings import FitSettings

MOST_CHECKED = 200
MOST_CHECKED_OF_VERY_MANY = 500
"""In innovations form, which very many steps bear; its figures were taken so, fewer were not compared."""


def fit(
    trials: Trials,
    settings: FitSettings | None = None,
    progress: Progress | None = None,
    *,
    start: Twin | None = None,
    keeper: Keeper | None = None,
    more: More | None = None,
) -> Twin:
    """Fit a twin; the same trials, settings and seed give the same twin (unless `budget_s` is set).

    Trials marked as held out are left alone; of the rest a share says when to stop. `start` is a twin to go
    on from: its model is kept, its weights are improved on these trials. `keeper` saves the fit while it is
    under way. `progress` is called with {"phase", "step", "done", "held_out", "best", "loss"} at every check.
    `more` gives further trials, where memory cannot hold all: they take the place of those fitted first.
    """
    trials = trials.for_fitting()
    settings = (settings or FitSettings()).settled(trials.readout[..., 0].numel())
    trials = trials if start is None else trials.on(start.drive_map)
    with torch.random.fork_rng(devices=[]), one_thread():
        torch.manual_seed(settings.seed)
        fitted, held = hold_out(trials, settings.held_out_share, settings.seed)
        again = keeper.begin(trials, settings, start) if keeper else None
        twin = again or (build(fitted, settings.model) if start is None else copy.deepcopy(start).train())
        checked = MOST_CHECKED_OF_VERY_MANY if twin.spec.innovations else MOST_CHECKED
        train, check = rows_of(twin, fitted), rows_of(twin, held.at(slice(0, checked)))
        if more:
            train = refreshed(twin, train, more(held.sequence.unique()))
        cold = start is None and not (again and keeper and keeper.warm)
        _descend_all(twin, settings, (train, check), progress or (lambda event: None), keeper, cold)
        if settings.method == "ode":
            silence(twin)
    record = asdict(settings) | {"held_out": held.sequence.unique().tolist()}
    parts = {"fitted": describe(fitted), "stopping": describe(held)}
    if trials.drive_map is not None:
        twin.card["drive_map"] = trials.drive_map._asdict()
    twin.card |= {"fit": record, "parts": parts, "lineage": list(trials.lineage), "versions": versions()}
    return twin.eval()


def _descend_all(
    twin: Twin,
    settings: FitSettings,
    rows: tuple[Rows, Rows],
    report: Progress,
    keeper: Keeper | None,
    cold: bool,
) -> None:
    """Go through the phases, from where the keeper says if it does."""
    todo = phases(twin, settings, rows[0])
    first, state = keeper.place(todo, lambda phase: begin(twin, phase, settings)) if keeper else (0, None)
    for number, phase in enumerate(todo):
        if number < first:
            continue
        state = state or begin(twin, phase, settings)
        look = partial(keeper.look, twin, todo, number) if keeper else (lambda state: None)
        descend(twin, phase, settings, *rows, report, state, look)
        state = None
        if phase.name == "mean" and cold:
            _noise_from_residual(twin, rows[0])


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: the matrices are small, and threads that wait for each other cost far more."""
    count = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(count)


@torch.no_grad()
def _noise_from_residual(twin: Twin, rows: Rows) -> None:
    """Start the noise from what the mean leaves of the training rows.

    With hidden states that is the path's residual: its scores do not feed on themselves. Without them noise
    adds up along the path, so that of one step is taken.
    """
    if twin.spec.hidden:
        residual = rows.scores - twin.paths(rows.drive, rows.start, noise=False)
    else:
        residual = force(twin, rows.drive, rows.scores, rows.start).error
    set_noise(twin, residual.flatten(0, 1), share=0.7)
