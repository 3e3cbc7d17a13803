"""Fit a twin to measured trials, in the phases of its schedule."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

import copy
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch
from nado_lab.observer import Observer
from nado_lab.twin.compute import CPU, compute_device
from nado_lab.twin.data.check import usable, without_far
from nado_lab.twin.data.findings import Finding
from nado_lab.twin.data.fitted_drives import drive_numbers, pack, unpack
from nado_lab.twin.data.split import SplitRecord, describe, split_stopping
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.fitting.checkpointer import Checkpointer
from nado_lab.twin.fitting.initialise import build, keep_effects, remove_noise, set_noise
from nado_lab.twin.fitting.phase import FitRows, begin_phase, run_phase
from nado_lab.twin.fitting.provenance import versions
from nado_lab.twin.fitting.schedule import phases
from nado_lab.twin.fitting.streamed_rows import MoreTrials, stream_rows
from nado_lab.twin.fitting.watch import FitWatch
from nado_lab.twin.losses.forcing import force
from nado_lab.twin.model.rows import Rows, matched, rows_of
from nado_lab.twin.model.twin import Twin
from nado_lab.twin.records.card import FitRecord
from nado_lab.twin.records.settings import FitSettings, Method, PhaseName

MOST_CHECKED = 200
MOST_CHECKED_OF_VERY_MANY = 500
"""In innovations form, which very many steps bear; its figures were taken so, fewer were not compared."""


def fit(
    trials: Trials,
    settings: FitSettings | None = None,
    observer: Observer | None = None,
    *,
    start: Twin | None = None,
    checkpointer: Checkpointer | None = None,
    more: MoreTrials | None = None,
    compute: str = CPU,
) -> Twin:
    """Fit a twin; the same trials, settings and seed give the same twin (unless `budget_s` is set).

    Trials marked as held out are left alone; of the rest a share says when to stop. `start` is a twin to go
    on from: its model is kept, its weights are improved on these trials. `checkpointer` saves the fit while
    it is under way. `observer` hears the share of the whole fit with step, held_out, best and loss of the
    phase at every check, and stops it: `StoppedError`. `more` gives further trials, where memory cannot hold
    all: they take the place of those fitted first. `compute` says where (cpu, cuda, cuda:1, mps); before and
    afterwards the twin lies on the processor, and its noise is that of the seed on all of them.
    """
    place = compute_device(compute)
    trials = trials.for_fitting() if start is None else matched(start, trials.for_fitting())
    trials, observer = usable(trials, keep_channels=start is not None), observer or Observer()
    settings = (settings or FitSettings()).settled(trials.readout[..., 0].numel())
    drives = set(drive_numbers(trials).tolist())
    with torch.random.fork_rng(devices=[]), one_thread():
        torch.manual_seed(settings.seed)
        fitted, held = split_stopping(trials, settings.held_out_share, settings.seed)
        again = checkpointer.begin(trials, settings, start) if checkpointer else None
        twin = again or (build(fitted, settings.model) if start is None else copy.deepcopy(start).train())
        twin.card = replace(twin.card, data=_all_found(start, trials))
        twin.widen(trials.drive)
        twin = twin.to(place)
        checked = MOST_CHECKED_OF_VERY_MANY if twin.spec.innovations else MOST_CHECKED
        rows = FitRows(rows_of(twin, fitted), rows_of(twin, held.at(slice(0, checked))))
        if more:
            later = _noted(more(held.sequence.unique()), twin, drives)
            rows = FitRows(stream_rows(twin, rows.train, later), rows.check)
        is_new = start is None and not (again and checkpointer and checkpointer.warm)
        _run_phases(twin, settings, rows, observer, checkpointer, is_new)
        keep_effects(twin, rows.train)
        if settings.method == Method.ODE:
            remove_noise(twin)
        twin = twin.cpu()
    twin.card = replace(
        twin.card,
        fit=FitRecord(settings, tuple(held.sequence.unique().tolist())),
        split=SplitRecord(describe(fitted), describe(held)),
        metrics=None,
        scored_on="",
        ports=trials.ports or twin.card.ports,
        axis=trials.axis or twin.card.axis,
        lineage=trials.lineage,
        versions=versions(),
        drives=pack(drives.union(unpack(start.card.drives if start else "").tolist())),
    )
    return twin.eval()


def _all_found(start: Twin | None, trials: Trials) -> tuple[Finding, ...]:
    """Return what was found in these trials, and in those that the twin to go on from was fitted to."""
    return tuple(dict.fromkeys((*(start.card.data if start else ()), *trials.findings)))


def _noted(blocks: Iterator[Trials], twin: Twin, drives: set[int]) -> Iterator[Trials]:
    """Pass further trials on without their bad steps, and keep the numbers of their drives."""
    for block in blocks:
        block = without_far(matched(twin, block))
        if not len(block):
            continue
        twin.widen(block.drive)
        drives.update(drive_numbers(block).tolist())
        yield block


def _run_phases(
    twin: Twin,
    settings: FitSettings,
    rows: FitRows,
    observer: Observer,
    checkpointer: Checkpointer | None,
    is_new: bool,
) -> None:
    """Run the phases, from where the checkpointer stands if it goes on with a fit."""
    todo = phases(twin, settings, rows.train)
    first, state = 0, None
    if checkpointer:
        first, state = checkpointer.resume(todo, lambda phase: begin_phase(twin, phase, settings))
    for number, phase in list(enumerate(todo))[first:]:
        watch = FitWatch(twin, todo, number, observer, checkpointer)
        run_phase(twin, phase, settings, rows, state or begin_phase(twin, phase, settings), watch)
        state = None
        if phase.name == PhaseName.MEAN and is_new:
            _noise_from_residual(twin, rows.train)


@contextmanager
def one_thread() -> Generator[None]:
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

    With hidden states that is the path's residual: its components do not feed on themselves. Without them
    noise adds up along the path, so that of one step is taken.
    """
    if twin.spec.hidden:
        residual = rows.components - twin.paths(rows.drive, rows.start, noise=False)
    else:
        residual = force(twin, rows.drive, rows.components, rows.start).error
    set_noise(twin, residual.flatten(0, 1), share=0.7)
