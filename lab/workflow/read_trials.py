"""Read runs into the trials that twins are fitted to and scored on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nado_lab.lab.errors import LabError
from nado_lab.lab.store import Run, device_names, ports_of
from nado_lab.lab.trials import trials_of
from nado_lab.lab.workflow.choices import Level
from nado_lab.port import same_ports
from nado_lab.twin import Trials, alike_runs, join

WINDOW = 48
"""Steps of the pieces that long trials are cut into for a fit."""


@dataclass(frozen=True)
class RunTrials:
    """Trials of several runs, and those runs whose mean readout is unlike the others' (mounted anew, say)."""

    trials: Trials
    unlike: tuple[Path, ...] = ()


def read_trials(
    runs: Sequence[Path],
    *,
    level: Level = Level.STEP,
    window: int | None = None,
    only_alike: bool = False,
    device: str = "",
) -> RunTrials:
    """Read the committed trials of runs; with `window` long ones are cut, with `only_alike` some left out.

    Of devices side by side `device` says whose; LabError where it is needed and left out.
    """
    if not runs:
        raise LabError("no run was chosen; name at least one")
    parts = [_READ[level](_opened(path, device), device) for path in runs]
    alike = alike_runs(parts) if len({part.channels for part in parts}) == 1 else list(range(len(parts)))
    unlike = tuple(runs[i] for i in range(len(runs)) if i not in alike)
    return RunTrials(join([parts[i] for i in alike] if only_alike else parts, window), unlike)


def _opened(path: Path, device: str) -> Run:
    """Open a run; refuse one of several devices where nobody said which."""
    run = Run.open(path)
    names = device_names(run.dataset())
    if len(names) > 1 and not device:
        raise LabError(
            f"{path} holds {len(names)} devices side by side ({', '.join(names)}): name one with "
            "--device-name, or fit a twin of each with --each-device"
        )
    return run


def can_stream(runs: Sequence[Path], level: Level) -> bool:
    """Tell whether trials can be read part by part: at the step level, of one shape and window."""
    if level is not Level.STEP:
        return False
    shapes, windows = set(), []
    for path in runs:
        run = Run.open(path)
        group = run.group()
        windows.append(ports_of(run.metadata))
        if "device" in run.dataset().dims:
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
    return replace(steps, readout=flat, initial=start, channels=names, units=units)


_READ: dict[Level, Callable[[Run, str], Trials]] = {Level.STEP: _steps_of, Level.WAVEFORM: _waveforms_of}
