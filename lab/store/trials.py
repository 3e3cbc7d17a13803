"""Gather the trials of one or several runs as plain arrays, for fitting and comparing."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from nado_lab.lab.store.drive_maps import drive_map_of
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.layout import PRIMARY
from nado_lab.lab.store.metadata import RunMetadata
from nado_lab.lab.store.reader import Run

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class TrialArrays:
    """Measured trials in device units.

    drive (trial, step, port) in [-1, 1]; readout (trial, step, channel); initial (trial, channel)
    or None; sequence (trial,) equal where the drive is a repeat, unique across runs; held_out (trial,)
    marks trials that are not for fitting, where a run says so; drive_map {low, high, units} says what
    drive -1 and 1 stood for, in SI units, None where no run says so; step_s likewise how long a step lasted.
    """

    drive: np.ndarray
    readout: np.ndarray
    initial: np.ndarray | None
    sequence: np.ndarray
    channels: tuple[str, ...]
    units: tuple[str, ...]
    lineage: tuple[str, ...]
    held_out: np.ndarray | None = None
    drive_map: dict[str, Any] | None = None
    step_s: float | None = None


def load_trials(*runs: str | Path | Run) -> TrialArrays:
    """Read drive, readout, initial and sequence of all committed trials of `runs`, joined."""
    if not runs:
        raise StoreError("no run was given; expected at least one")
    opened = [run if isinstance(run, Run) else Run.open(run) for run in runs]
    parts = [load_part(run) for run in opened]
    first = parts[0]
    for run, part in zip(opened, parts, strict=True):
        check_alike(opened[0], first, run, part)
    offsets = np.cumsum([0] + [int(part.sequence.max(initial=-1)) + 1 for part in parts[:-1]])
    initials = [part.initial for part in parts]
    return TrialArrays(
        drive=np.concatenate([part.drive for part in parts]),
        readout=np.concatenate([part.readout for part in parts]),
        initial=None if any(i is None for i in initials) else np.concatenate(initials),  # type: ignore[arg-type]
        sequence=np.concatenate([part.sequence + o for part, o in zip(parts, offsets, strict=True)]),
        channels=first.channels,
        units=first.units,
        lineage=tuple(run.metadata.run_id for run in opened),
        held_out=_joined_marks(parts),
        drive_map=first.drive_map,
        step_s=next((part.step_s for part in parts if part.step_s), None),
    )


def load_part(run: Run, data: "xr.Dataset | None" = None) -> TrialArrays:
    """Read one run, or some rows `data` of it, and nothing that a fit does not need."""
    data = run.dataset(PRIMARY) if data is None else data
    for name, dims in (("drive", ("trial", "step", "port")), ("readout", ("trial", "step", "channel"))):
        if name not in data or data[name].dims != dims:
            raise StoreError(f"{run.path} holds no {name!r} with dims {dims}; it cannot be used as trials")
    if data.sizes["trial"] == 0:
        raise StoreError(f"{run.path} holds no committed trial")
    channels = data["channel"].values if "channel" in data.coords else range(data.sizes["channel"])
    return TrialArrays(
        drive=data["drive"].values,
        readout=data["readout"].values,
        initial=data["initial"].values if "initial" in data else None,
        sequence=data["sequence"].values if "sequence" in data else np.arange(data.sizes["trial"]),
        channels=tuple(str(name) for name in channels),
        units=_channel_units(data),
        lineage=(run.metadata.run_id,),
        held_out=data["held_out"].values.astype(bool) if "held_out" in data else None,
        drive_map=drive_map_of(run.metadata),
        step_s=step_seconds(run.metadata),
    )


def step_seconds(metadata: RunMetadata) -> float | None:
    """Return how long a step lasted: as noted by runner or import, else by the setup's settings."""
    details = metadata.setup.details if metadata.setup else {}
    hertz = (details.get("timing") or {}).get("rotation_hz")
    found = [metadata.notes.get(name) for name in ("step_s", "step_seconds", "dt")] + [hertz and 1 / hertz]
    usable = (float(each) for each in found if isinstance(each, int | float) and 0 < each < float("inf"))
    return next(usable, None)


def _joined_marks(parts: list[TrialArrays]) -> np.ndarray | None:
    if all(part.held_out is None for part in parts):
        return None
    marks = [np.zeros(len(p.drive), bool) if p.held_out is None else p.held_out for p in parts]
    return np.concatenate(marks)


def _channel_units(data: "xr.Dataset") -> tuple[str, ...]:
    if "channel_units" in data:
        return tuple(str(unit) for unit in data["channel_units"].values)
    return (str(data["readout"].attrs.get("units", "1")),) * data.sizes["channel"]


def check_alike(first_run: Run, first: TrialArrays, run: Run, part: TrialArrays) -> None:
    """Refuse runs that cannot be used as one."""
    if part.channels != first.channels or part.units != first.units:
        raise StoreError(f"{run.path} and {first_run.path} have different channels; they cannot be joined")
    if part.drive_map != first.drive_map:
        raise StoreError(
            f"in {run.path} drive -1 to 1 stands for {part.drive_map}, in {first_run.path} for "
            f"{first.drive_map}; use them apart, or store both on one map (--drive-low and --drive-high)"
        )
    if part.step_s and first.step_s and not np.isclose(part.step_s, first.step_s, rtol=1e-3):
        raise StoreError(
            f"a step lasts {part.step_s:g} s in {run.path} and {first.step_s:g} s in {first_run.path}; "
            "use them apart"
        )
    if part.drive.shape[1:] != first.drive.shape[1:]:
        raise StoreError(
            f"{run.path} has drive (step, port) {part.drive.shape[1:]}, {first_run.path} has "
            f"{first.drive.shape[1:]}; runs joined for a fit need the same"
        )
