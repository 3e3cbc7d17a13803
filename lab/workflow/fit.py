"""Fit: a twin to runs, scored on trials that it was not fitted to, kept while it is under way."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nado_lab.lab.errors import LabError
from nado_lab.lab.new_output import refuse_existing, require_file_name, require_folder, write_or_keep
from nado_lab.lab.reports.twin_origin import FitOrigin
from nado_lab.lab.runs.interrupts import stop_on_signals
from nado_lab.lab.runs.observer import Observer, Staged
from nado_lab.lab.store import Run, device_names, timing_mode
from nado_lab.lab.store.trials import step_seconds
from nado_lab.lab.workflow.choices import Level
from nado_lab.lab.workflow.read_trials import WINDOW, RunTrials, can_stream, read_trials
from nado_lab.lab.workflow.streamed_trials import MEMORY_GB, Stream, open_stream
from nado_lab.twin import (
    Checkpointer,
    DeviceRecord,
    FindingKind,
    FitSettings,
    Metrics,
    StreamRecord,
    Trials,
    Twin,
    check,
    compute_device,
    fit_and_score,
    follows_drive,
    load,
    read_unfinished,
    save,
)


@dataclass(frozen=True)
class FitRequest:
    """What to fit, how, and on what to score it.

    `scored_share` of the sequences is set aside first and scores the twin, unless `scored_on` names runs that
    are kept for that. `resume` goes on with a fit of the same OUT that was stopped, with the settings it
    began with; those named in `stated` must agree with them. Runs unlike the others, and runs whose readout
    does not follow the drive, are left out unless `keep_all`. Of runs larger than `memory_gb` (GiB) a part is
    in memory at a time. `device` says whose trials of devices measured side by side, `compute` on which
    device of torch the fit is computed (cpu, cuda, cuda:1, mps); one that was stopped may go on on another.
    """

    runs: tuple[Path, ...]
    out: Path
    settings: FitSettings = field(default_factory=FitSettings)
    stated: tuple[str, ...] = ()
    level: Level = Level.STEP
    scored_share: float = 0.1
    scored_on: tuple[Path, ...] = ()
    start: Path | None = None
    resume: bool = False
    memory_gb: float = MEMORY_GB
    keep_all: bool = False
    device: str = ""
    compute: str = "cpu"

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if not 0 <= self.scored_share < 1:
            raise LabError(f"--scored-share must be from 0 to below 1; got {self.scored_share}")
        if self.resume and self.start:
            raise LabError("--resume goes on from where the fit stopped: leave --start out")

    @property
    def unfinished(self) -> Path:
        """Return where the fit is kept while it is under way."""
        return self.out.with_name(f"{self.out.name}.fitting")


@dataclass(frozen=True)
class FitResult:
    """The twin as it was saved, with its card.

    `unlike` are runs whose mean readout is unlike the others', `undriven` those that do not follow the drive.
    """

    twin: Twin
    path: Path
    metrics: Metrics
    scored: Trials
    unlike: tuple[Path, ...]
    wall_s: float
    undriven: tuple[Path, ...] = ()


def fit(request: FitRequest, observer: Observer | None = None) -> FitResult:
    """Fit a twin, score it and save it; Ctrl-C (or the observer's wish) keeps it to go on with `resume`."""
    refuse_existing(request.out)
    compute_device(request.compute)
    observer, started = observer or Observer(), time.perf_counter()
    checkpointer = _checkpointer(request)
    settings = _settings(request, checkpointer)
    start = load(request.start) if request.start else None
    found, stream = _trials(request, settings.seed)
    with stop_on_signals(observer.stop):
        done = fit_and_score(
            found.trials,
            settings,
            observer,
            share=request.scored_share,
            start=start,
            checkpointer=checkpointer,
            more=stream.more if stream else None,
            kept=_kept(request),
            compute=request.compute,
        )
    twin = done.twin
    if stream and twin.card.split:
        streamed = StreamRecord(len(stream.stored), in_memory=stream.most, read_later=stream.read)
        twin.card = replace(twin.card, split=replace(twin.card.split, streamed=streamed))
    origin = _origin(request)
    device, timing = device_of(request.runs, request.device), timing_of(request.runs)
    twin.card = replace(
        twin.card, device=device, timing=timing, runs=origin.runs, other=origin.beside(twin.card.other)
    )
    write_or_keep(lambda path: save(twin, path), request.out)
    checkpointer.remove()
    wall_s = time.perf_counter() - started
    return FitResult(twin, request.out, done.metrics, done.scored, found.unlike, wall_s, found.undriven)


def fit_each(request: FitRequest, observer: Observer | None = None) -> dict[str, FitResult]:
    """Fit a twin of each of the devices that were measured side by side: OUT/NAME.twin.

    Those that are there already are left as they are, so that a fit of many that was stopped goes on.
    """
    require_folder(request.out)
    names = {name for path in request.runs for name in device_names(Run.open(path).dataset())}
    if not names:
        raise LabError(f"{request.runs[0]} holds one device: leave --each-device out")
    observer = observer or Observer()
    request.out.mkdir(parents=True, exist_ok=True)
    done = {}
    for number, name in enumerate(sorted(names)):
        out = request.out / f"{require_file_name(name, 'a device of the run')}.twin"
        if not out.exists():
            own = replace(request, out=out, device=name)
            done[name] = fit(
                own, Staged(observer, f"fit {name}", number / len(names), (number + 1) / len(names))
            )
    return done


def device_of(runs: Sequence[Path], device: str) -> DeviceRecord | None:
    """Say which device runs were measured on; None where they do not say, or not the same."""
    found = set()
    for path in runs:
        known = Run.open(path).metadata
        setup = known.setup
        found.add(
            DeviceRecord(setup.name if setup else "", setup.kind if setup else "", known.sample, device)
        )
    one = found.pop()
    return None if found or one == DeviceRecord() else one


def timing_of(runs: Sequence[Path]) -> str:
    """Say how the steps of runs followed each other, in one word or, where they differ, in both.

    Nothing where a run does not say how long a step was.
    """
    known = [Run.open(path).metadata for path in runs]
    if any(step_seconds(each) is None for each in known):
        return ""
    return ", ".join(sorted(set(map(timing_mode, known))))


def _kept(request: FitRequest) -> Trials | None:
    """Read the trials that are kept to score the twin."""
    if not request.scored_on:
        return None
    return read_trials(request.scored_on, level=request.level, device=request.device).trials


def _origin(request: FitRequest) -> FitOrigin:
    """Write down what was asked for, so that the same can be asked again."""
    return FitOrigin(
        runs=tuple(str(path.resolve()) for path in request.runs),
        level=request.level,
        scored_share=request.scored_share,
        scored_on=tuple(str(path.resolve()) for path in request.scored_on),
        start=str(request.start.resolve()) if request.start else None,
        memory_gb=request.memory_gb,
        keep_all=request.keep_all,
        device=request.device,
    )


def _trials(request: FitRequest, seed: int) -> tuple[RunTrials, Stream | None]:
    """Read all trials; of runs larger than memory some, with a stream of the others."""
    if can_stream(request.runs, request.level):
        stream = open_stream(request.runs, request.memory_gb, seed)
        if stream.needed:
            return RunTrials(_driven(stream.first(), request)), stream
    alike = not request.keep_all
    found = read_trials(
        request.runs,
        level=request.level,
        window=WINDOW,
        only_alike=alike,
        device=request.device,
        keep_channels=request.keep_all,
    )
    return found, None


def _driven(trials: Trials, request: FitRequest) -> Trials:
    """Check the part that is in memory; a readout that does not follow its drive is refused."""
    checked = check(trials, keep_channels=request.keep_all)
    if not (request.keep_all or follows_drive(checked)):
        told = next(str(each) for each in checked.findings if each.kind is FindingKind.NOT_DRIVEN)
        raise LabError(f"{told} --keep-all fits the readout as it is")
    return checked


def _checkpointer(request: FitRequest) -> Checkpointer:
    """Make what keeps the fit under way: with what was kept, if it is to go on."""
    path = request.unfinished
    if path.exists() and not request.resume:
        raise LabError(f"{path} keeps a fit that was not finished: add --resume to go on, or remove it")
    return Checkpointer(path, read_unfinished(path) if request.resume else None)


def _settings(request: FitRequest, checkpointer: Checkpointer) -> FitSettings:
    """Return the settings as stated; of a fit that goes on, those it began with."""
    if checkpointer.unfinished is None:
        return request.settings
    began = checkpointer.unfinished.settings
    for name in request.stated:
        asked, known = getattr(request.settings, name), getattr(began, name)
        if asked != known:
            raise LabError(f"the fit began with {name} {known!r}, not {asked!r}: leave that out")
    return began
