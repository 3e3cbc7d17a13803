"""The trials of a run as plain arrays, for fitting and comparing."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.channels import ChannelAxis
from nado_lab.lab.store.episodes import LENGTH, whole_episodes
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.layout import PRIMARY
from nado_lab.lab.store.metadata import RunMetadata
from nado_lab.lab.store.ports import ports_of
from nado_lab.lab.store.reader import Run
from nado_lab.port import Port

if TYPE_CHECKING:
    import xarray as xr


_WITH_DEVICE = ("drive", "readout", "initial", "waveform")


@dataclass(frozen=True)
class TrialArrays:
    """Measured trials in device units.

    drive (trial, step, port) in [-1, 1]; readout (trial, step, channel); initial (trial, channel) or None;
    sequence (trial,) equal where the drive is a repeat; held_out (trial,) marks trials that are not for
    fitting, where the run says so; `ports` say what drive -1 and 1 stood for, empty where the run does not
    say; step_s how long a step lasted, `axis` what the channels lie along, None where it does not.
    """

    drive: np.ndarray
    readout: np.ndarray
    initial: np.ndarray | None
    sequence: np.ndarray
    channels: tuple[str, ...]
    units: tuple[str, ...]
    lineage: tuple[str, ...]
    held_out: np.ndarray | None = None
    ports: tuple[Port, ...] = ()
    step_s: float | None = None
    axis: ChannelAxis | None = None


def load_trials(run: str | Path | Run, device: str = "") -> TrialArrays:
    """Read drive, readout, initial and sequence of all committed trials of a run, or of one device of it."""
    opened = run if isinstance(run, Run) else Run.open(run)
    return trials_in(opened, opened.dataset(PRIMARY), device)


def device_names(data: "xr.Dataset") -> tuple[str, ...]:
    """Name the devices that were measured side by side; none: one device."""
    if "device" not in data.dims:
        return ()
    named = data["device"].values if "device" in data.coords else range(data.sizes["device"])
    return tuple(str(name) for name in named)


def trials_in(run: Run, data: "xr.Dataset", device: str = "") -> TrialArrays:
    """Read the trials of some rows `data` of a run, and nothing that a fit does not need.

    Of devices side by side these are the trials of `device`, or of all: then each device's follow each other
    as trials, with sequences of their own.
    """
    data = whole_episodes(run, _of_one_device(run, data, device))
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
        units=channel_units(data),
        lineage=(run.metadata.run_id,),
        held_out=data["held_out"].values.astype(bool) if "held_out" in data else None,
        ports=ports_of(run.metadata),
        step_s=step_seconds(run.metadata),
        axis=channel_axis(data),
    )


def _of_one_device(run: Run, data: "xr.Dataset", device: str) -> "xr.Dataset":
    """Take one device's rows, or those of all as rows of one device."""
    names = device_names(data)
    if device and device not in names:
        there = f"it has {', '.join(names)}" if names else "it has one device, without a name"
        raise StoreError(f"{run.path} holds no device {device!r}; {there}")
    if not names:
        return data
    if device:
        return data.isel(device=names.index(device)).drop_vars("device", errors="ignore")
    rows = data.sizes["trial"]
    number = data["sequence"].values if "sequence" in data else np.arange(rows)
    each = np.add.outer(number * len(names), np.arange(len(names))).ravel()
    told = [name for name in ("held_out", LENGTH) if name in data]
    kept = {name: ("trial", np.repeat(data[name].values, len(names))) for name in told}
    apart = {name: data[name].transpose("trial", "device", ...) for name in _WITH_DEVICE if name in data}
    flat = {
        name: (("trial", *values.dims[2:]), values.values.reshape(-1, *values.shape[2:]), values.attrs)
        for name, values in apart.items()
    }
    others = [name for name in data.variables if "trial" in data[name].dims or "device" in data[name].dims]
    return (
        data.drop_vars(others)
        .drop_dims("device", errors="ignore")
        .assign({**flat, **kept, "sequence": ("trial", each)})
    )


def step_seconds(metadata: RunMetadata) -> float | None:
    """Return how long a step lasted: as noted by runner or import, else by the setup's settings."""
    details = metadata.setup.details if metadata.setup else {}
    hertz = (details.get("timing") or {}).get("rotation_hz")
    found = [metadata.notes.get(name) for name in ("step_s", "step_seconds", "dt")] + [hertz and 1 / hertz]
    usable = (float(each) for each in found if isinstance(each, int | float) and 0 < each < float("inf"))
    return next(usable, None)


def channel_units(data: "xr.Dataset") -> tuple[str, ...]:
    """Return the unit of each channel of a run's rows."""
    if "channel_units" in data:
        return tuple(str(unit) for unit in data["channel_units"].values)
    return (str(data["readout"].attrs.get("units", "1")),) * data.sizes["channel"]


def channel_axis(data: "xr.Dataset") -> ChannelAxis | None:
    """Return what the channels of a run's rows lie along (frequencies of a spectrum), if they do."""
    for name, values in data.coords.items():
        if values.dims == ("channel",) and values.dtype.kind == "f":
            places = tuple(map(float, values.values))
            return ChannelAxis(str(name), str(values.attrs.get("units", "")), places)
    return None
