"""Recalibrate: bring a twin up to date with a device that has drifted, from a few measured sequences."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from nado_lab.lab.new_output import refuse_existing, write_or_keep
from nado_lab.lab.reports.twin_origin import RecalibrationOrigin
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.workflow.device_check import check_timing
from nado_lab.lab.workflow.fit import timing_of
from nado_lab.lab.workflow.read_trials import read_trials
from nado_lab.twin import Metrics, ScoredOn, Trials, Twin, adapt, evaluate, load, save, unseen, warned
from nado_lab.twin import recalibrate as recalibrate_twin


@dataclass(frozen=True)
class RecalibrateRequest:
    """Which twin follows which runs.

    The first `steps` of every trial (None: all) give gain, offset and spread in closed form; `fit_steps`
    more of the fit's own scoring move all weights. `scored_on` names runs that are kept to score the result.
    `compute` says on which device of torch: cpu, cuda, cuda:1. Runs whose steps came more or less often than
    those of the twin are refused, unless `other_timing`.
    """

    twin: Path
    runs: tuple[Path, ...]
    out: Path
    steps: int | None = None
    fit_steps: int = 0
    scored_on: tuple[Path, ...] = ()
    seed: int = 0
    compute: str = "cpu"
    other_timing: bool = False


@dataclass(frozen=True)
class RecalibrateResult:
    """The twin as it was saved, and its metrics on the runs kept for that (None without any)."""

    twin: Twin
    path: Path
    metrics: Metrics | None
    scored: Trials | None


def recalibrate(request: RecalibrateRequest, observer: Observer | None = None) -> RecalibrateResult:
    """Write a twin that follows the device as the runs show it."""
    refuse_existing(request.out)
    observer = observer or Observer()
    before = load(request.twin)
    trials = read_trials(request.runs, device=before.device_name, twin=before).trials.for_fitting()
    if not request.other_timing:
        check_timing(before, trials.step_s, timing_of(request.runs) or before.card.timing)
    if request.fit_steps:
        twin = adapt(before, trials, request.fit_steps, request.seed, observer, compute=request.compute)
    else:
        twin = recalibrate_twin(before, trials, request.steps, observer, compute=request.compute)
    metrics, scored = None, None
    if request.scored_on:
        kept = read_trials(request.scored_on, device=before.device_name, twin=twin).trials
        scored, warning = unseen(twin.card.drives, kept)
        found = evaluate(twin, scored, seed=request.seed, observer=observer)
        metrics = warned(found, warning, *map(str, kept.findings))
    origin = RecalibrationOrigin(
        twin=str(request.twin.resolve()),
        runs=tuple(str(path.resolve()) for path in request.runs),
        steps=request.steps,
        fit_steps=request.fit_steps,
        scored_on=tuple(str(path.resolve()) for path in request.scored_on),
        seed=request.seed,
    )
    twin.card = replace(
        twin.card,
        metrics=metrics,  # not those of the device as it was
        scored_on=ScoredOn.OTHER_RUNS if metrics else "",
        runs=origin.runs,
        other=origin.beside(twin.card.other),
    )
    write_or_keep(lambda path: save(twin, path), request.out)
    return RecalibrateResult(twin, request.out, metrics, scored)
