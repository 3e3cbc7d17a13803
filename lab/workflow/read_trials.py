"""Read runs into the trials that twins are fitted to and scored on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from nado_lab.lab.errors import LabError
from nado_lab.lab.store import Run, device_names, ports_of
from nado_lab.lab.store.episodes import has_unequal_episodes
from nado_lab.lab.trials import trials_of
from nado_lab.lab.workflow.checked_run import checked_run, common_channels, distinct_runs
from nado_lab.lab.workflow.choices import Level
from nado_lab.port import same_ports
from nado_lab.twin import FindingKind, Trials, Twin, alike_runs, follows_drive, join, matched, one_grid

WINDOW = 48
"""Steps of the pieces that long trials are cut into for a fit."""


@dataclass(frozen=True)
class RunTrials:
    """Checked trials of several runs, and the runs left out of them or unlike the others.

    `unlike` have another mean readout than the others (mounted anew, say); the readout of `undriven` does
    not follow its drive.
    """

    trials: Trials
    unlike: tuple[Path, ...] = ()
    undriven: tuple[Path, ...] = ()


def read_trials(
    runs: Sequence[str | Path],
    *,
    level: Level = Level.STEP,
    window: int | None = None,
    only_alike: bool = False,
    device: str = "",
    twin: Twin | None = None,
    keep_channels: bool = False,
) -> RunTrials:
    """Read and check the committed trials of runs; each measurement counts once, however often it is named.

    Spectra on different grids are brought to one. With `window` long ones are cut; with `only_alike` runs
    unlike the others, and those whose readout does not follow the drive, are left out: `LabError` where that
    leaves none. For a `twin` that is there, and with `keep_channels`, channels that stand still are kept. Of
    devices side by side `device` says whose; LabError where it is needed and left out.
    """
    if not runs:
        raise LabError("no run was chosen; name at least one")
    opened, again = distinct_runs(runs)
    for run in opened:
        _check_device(run, device)
    read = partial(_READ[level], device=device)
    keep = twin is not None or keep_channels
    parts = [checked_run(run, read, keep_channels=keep) for run in opened]
    parts = one_grid(common_channels(parts)) if twin is None else [matched(twin, part) for part in parts]
    paths = [Path(run.path) for run in opened]
    alike = alike_runs(parts) if len({part.channels for part in parts}) == 1 else list(range(len(parts)))
    driven = [number for number, part in enumerate(parts) if follows_drive(part)]
    if only_alike and not driven:
        raise LabError(
            f"{_not_driven(parts)} `nado data check` says more; --keep-all fits the readout as it is"
        )
    kept = [number for number in alike if number in driven] or driven if only_alike else range(len(parts))
    joined = join([parts[number] for number in kept], window)
    left = tuple(each for number, part in enumerate(parts) if number not in kept for each in part.findings)
    return RunTrials(
        replace(joined, findings=(*joined.findings, *left, *again)),
        unlike=tuple(path for number, path in enumerate(paths) if number not in alike),
        undriven=tuple(path for number, path in enumerate(paths) if number not in driven),
    )


def _not_driven(parts: Sequence[Trials]) -> str:
    found = [str(each) for part in parts for each in part.findings if each.kind is FindingKind.NOT_DRIVEN]
    return found[0] if len(found) == 1 else f"{found[0]} (and {len(found) - 1} more runs alike)"


def _check_device(run: Run, device: str) -> None:
    """Refuse a run of several devices where nobody said which."""
    names = device_names(run.dataset())
    if len(names) > 1 and not device:
        raise LabError(
            f"{run.path} holds {len(names)} devices side by side ({', '.join(names)}): name one with "
            "--device-name, or fit a twin of each with --each-device"
        )


def can_stream(runs: Sequence[Path], level: Level) -> bool:
    """Tell whether trials can be read part by part: at the step level, of one shape and window."""
    if level is not Level.STEP:
        return False
    shapes, windows = set(), []
    for path in runs:
        run = Run.open(path)
        group = run.group()
        windows.append(ports_of(run.metadata))
        data = run.dataset()
        if "device" in data.dims or has_unequal_episodes(data):
            return False
        shapes.add(tuple(group[name].shape[1:] for name in ("drive", "readout") if name in group))  # type: ignore[union-attr]
    return (
        len(shapes) == 1
        and len(next(iter(shapes))) == 2
        and all(same_ports(each, windows[0]) for each in windows)
    )


def _steps_of(run: Run, device: str) -> Trials:
    return trials_of(run, device=device if device_names(run.dataset()) else "")


def _waveforms_of(run: Run, device: str) -> Trials:
    """Take every sample of every contact as a channel; where the start is defined, any fixed one serves."""
    steps, data = _steps_of(run, device), run.dataset()
    if device and device in device_names(data):
        data = data.isel(device=device_names(data).index(device))
    if "waveform" not in data:
        raise LabError(f"{run.path} holds no waveform; use --level step")
    wave = data["waveform"].transpose("trial", "step", "contact", "sample")
    names = tuple(f"contact{c}_sample{s:03d}" for c in range(wave.shape[2]) for s in range(wave.shape[3]))
    flat = wave.values.reshape(*wave.shape[:2], -1)
    start = None if steps.initial is None else flat.mean((0, 1))[None].repeat(len(flat), 0)
    units = (str(data["waveform"].attrs.get("units", "V")),) * len(names)
    return replace(steps, readout=flat, initial=start, channels=names, units=units, axis=None)


_READ: dict[Level, Callable[..., Trials]] = {Level.STEP: _steps_of, Level.WAVEFORM: _waveforms_of}
