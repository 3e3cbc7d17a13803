"""What `nado twin` reads of runs: trials at a level, and the part of them that a twin is scored on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.cli.console import note
from nado_lab.lab.errors import LabError

if TYPE_CHECKING:
    from nado_lab.lab.store import Run
    from nado_lab.twin import Trials, Twin

WINDOW = 48
PARTS = ("auto", "test", "train", "all")


def read_trials(
    runs: list[Path], *, level: str = "step", window: int | None = None, only_alike: bool = False
) -> Trials:
    """Read the committed trials of runs as the twin's tensors; with `window` long ones are cut.

    A run whose mean readout is unlike the others' (a sample that was mounted anew) is named, and with
    `only_alike` left out.
    """
    from nado_lab.lab.store import Run
    from nado_lab.twin import alike_runs, join

    if level not in LEVELS:
        raise LabError(f"level must be one of {', '.join(LEVELS)}; got {level!r}")
    parts = [LEVELS[level](Run.open(path)) for path in runs]
    alike = alike_runs(parts) if len({part.channels for part in parts}) == 1 else list(range(len(parts)))
    for odd in sorted(set(range(len(parts))) - set(alike)):
        done = "it is left out (--keep-all fits it too)" if only_alike else "it is used all the same"
        note(f"warning: {runs[odd]} has a mean readout unlike the other runs': {done}")
    return join([parts[i] for i in alike] if only_alike else parts, window)


def streams(runs: list[Path], level: str) -> bool:
    """Tell whether the trials of runs can be read part by part: at the step level, of one shape and map."""
    from nado_lab.lab.store import Run, drive_map_of

    if level != "step":
        return False
    shapes, maps = set(), []
    for path in runs:
        run = Run.open(path)
        group = run.group()
        maps.append(drive_map_of(run.metadata))
        shapes.add(tuple(group[name].shape[1:] for name in ("drive", "readout") if name in group))  # type: ignore[union-attr]
    return len(shapes) == 1 and len(next(iter(shapes))) == 2 and maps.count(maps[0]) == len(maps)


def _steps_of_run(run: Run) -> Trials:
    from nado_lab.lab.trials import trials_of

    return trials_of(run)


def _waveforms_of_run(run: Run) -> Trials:
    """Take every sample of every contact as a channel; where the start is defined, any fixed one serves."""
    steps, data = _steps_of_run(run), run.dataset()
    if "waveform" not in data:
        raise LabError(f"{run.path} holds no waveform; use --level step")
    wave = data["waveform"].transpose("trial", "step", "contact", "sample")
    names = tuple(f"contact{c}_sample{s:03d}" for c in range(wave.shape[2]) for s in range(wave.shape[3]))
    flat = wave.values.reshape(*wave.shape[:2], -1)
    start = None if steps.initial is None else flat.mean((0, 1))[None].repeat(len(flat), 0)
    units = (str(data["waveform"].attrs.get("units", "V")),) * len(names)
    return replace(steps, readout=flat, initial=start, channels=names, units=units)


LEVELS = {"step": _steps_of_run, "waveform": _waveforms_of_run}


def part_to_score(twin: Twin, runs: list[Path], level: str, part: str) -> tuple[Trials, str]:
    """Return the trials of runs that a twin is to be scored on, and in words which they are.

    `auto` takes what the fit has not seen: the part marked for testing; of the runs the twin was fitted to,
    the part that was set aside then; else everything.
    """
    if part not in PARTS:
        raise LabError(f"--part must be one of {', '.join(PARTS)}; got {part!r}")
    trials = read_trials(runs, level=level)
    marked = trials.marked()
    if part == "test" and marked is None:
        raise LabError(f"{runs[0]} marks no trials for testing; leave --part out")
    if part in ("auto", "test") and marked is not None:
        return marked, "marked part"
    if part == "train":
        return trials.for_fitting(), "train part (the twin may have seen it)"
    seen = set(trials.lineage) & set(twin.card.lineage)
    if part == "all" or not seen:
        return trials, "all trials (the twin was fitted to some)" if seen else "all trials"
    return _scored_before(twin, runs, level) or (trials, "all trials (the twin was fitted to some)")


def _scored_before(twin: Twin, runs: list[Path], level: str) -> tuple[Trials, str] | None:
    """Return the part of the same runs that was set aside when the twin was fitted, if there was one."""
    from nado_lab.twin import SplitRecord, split_scored

    split = twin.card.split or SplitRecord()
    seed = twin.card.fit.settings.seed if twin.card.fit else 0
    fewer = len(twin.card.lineage) < len(runs)
    trials = read_trials(runs, level=level, window=WINDOW, only_alike=fewer)
    same = trials.lineage == twin.card.lineage and len(trials) == split.trials
    found = split_scored(trials, split.scored_share, seed).scored if same else None
    return None if found is None else (found, "scored part")
