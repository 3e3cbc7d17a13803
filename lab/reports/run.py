"""The page of a run: what was measured, how noisy it is, and how to measure it again."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from nado_lab.lab.reports.content import Page, Picture, Section, Table, figure_of, pairs, versions_section
from nado_lab.lab.reports.noise import noise_of_repeats
from nado_lab.lab.reports.run_figures import (
    MAP_FROM,
    columns_figure,
    map_figure,
    noise_figure,
    passage_figure,
)

if TYPE_CHECKING:
    import xarray as xr
    from nado_lab.lab.store import Run

MOST_TRIALS = 2000
MOST_COLUMNS = 6


def run_page(path: str | Path) -> Page:
    """Describe the run at a path or URL."""
    from nado_lab.lab.store import Run, summarise

    run = Run.open(path)
    about, data = summarise(run), run.dataset().isel(trial=slice(0, MOST_TRIALS))
    rows = ", ".join(f"{stream['rows']} {name} rows" for name, stream in about["streams"].items())
    why = f" ({about['reason']})" if about["reason"] else ""
    return Page(
        title=f"Run {about['run_id']}",
        summary=f"{about['status']}{why}: {rows}.",
        sections=(
            Section("Measured", pictures=tuple(_pictures(data))),
            *_monitored(run),
            Section("What was done", table=_facts(about)),
            Section("What is stored", table=_columns(about["streams"])),
            Section("Do it again", commands=reproduce(about)),
            versions_section(about["code"]),
        ),
    )


def reproduce(about: dict[str, Any]) -> tuple[str, ...]:
    """Write the command that measures the same again."""
    protocol, setup = about["protocol"], about["setup"] or {}
    if not protocol:
        return (f"# {about['path']} was not measured by a protocol of nado",)
    own = ".py:" in protocol["name"]
    words = ["nado", "measure", *(["--protocol"] if own else []), protocol["name"]]
    if setup.get("source"):
        words += ["--setup", setup["source"], "--seed", str(setup.get("seed", 0))]
    for name, each in protocol["parameters"].items():
        if each["value"] is not None:
            words += ["-p", f"{name}={figure_of(each['value'])} {each['units']}".strip()]
    return (shlex.join([*words, "--out", "again.zarr"]),)


def _facts(about: dict[str, Any]) -> Table:
    protocol, setup = about["protocol"] or {}, about["setup"] or {}
    parameters = {
        f"parameter {name}": f"{figure_of(each['value'])} {each['units']}".strip()
        for name, each in protocol.get("parameters", {}).items()
    }
    plain = ("path", "started", "ended", "sample", "operator", "lineage")
    facts = {name: about[name] for name in plain}
    return pairs(facts | {"setup": setup.get("name"), "protocol": protocol.get("name")} | parameters)


def _columns(streams: dict[str, Any]) -> Table:
    rows = [
        (stream, name, " × ".join(each["dims"]), " × ".join(map(str, each["shape"])), each["units"])
        for stream, found in streams.items()
        for name, each in found["columns"].items()
    ]
    return Table(("stream", "column", "dims", "shape", "units"), rows)


def _pictures(data: xr.Dataset) -> list[Picture]:
    if not data.sizes.get("trial"):
        return []
    readout = data.get("readout")
    if readout is None or readout.dims != ("trial", "step", "channel"):
        return _scalars(data)
    return [*_passages(data), *_noise(data)]


def _passages(data: xr.Dataset) -> list[Picture]:
    """Draw the first sequence with all its repeats."""
    first = data["sequence"].values == data["sequence"].values[0] if "sequence" in data else [True]
    mine = data.isel(trial=np.flatnonzero(first))
    readout, channels = mine["readout"].values, _channels(data)
    if len(channels) >= MAP_FROM:
        places, label = _places(data)
        drawn = map_figure(readout.mean(0), places, label, str(data["readout"].attrs.get("units", "")))
        return [Picture(drawn, "The first sequence: readout by step and channel (mean over repeats).")]
    applied, label = _applied(mine)
    drawn = passage_figure(applied, readout, channels, _units(data), label)
    shows = f"The first sequence: what was applied, and the readout of {len(readout)} passage(s)."
    return [Picture(drawn, shows)]


def _applied(data: xr.Dataset) -> tuple[np.ndarray, str]:
    if "field" in data:
        return 1e3 * data["field"].values[0], "field (mT)"
    if "drive" in data:
        return data["drive"].values[0, :, 0], "drive"
    return np.zeros(data.sizes["step"]), "drive (not stored)"


def _noise(data: xr.Dataset) -> list[Picture]:
    if "sequence" not in data:
        return []
    found = noise_of_repeats(data["readout"].values, data["sequence"].values)
    if found is None:
        return []
    drawn = noise_figure(found.signal, found.noise, found.lags, _channels(data))
    lag1 = f"{found.lags[1]:.2f}" if len(found.lags) > 1 else "not known"
    shows = (
        "Left: how much inputs change a channel, and how much repeats of one input do (device units). "
        f"Right: the noise's correlation with the next step is {lag1} (mean over channels)."
    )
    return [Picture(drawn, shows)]


def _scalars(data: xr.Dataset) -> list[Picture]:
    names = [n for n, v in data.data_vars.items() if v.dims == ("trial",) and v.dtype.kind in "fiu"]
    if not names:
        return []
    names = names[:MOST_COLUMNS]
    values = {str(name): data[name].values for name in names}
    units = {str(name): str(data[name].attrs.get("units", "1")) for name in names}
    return [Picture(columns_figure(values, units, "row", data["trial"].values), "The columns, row by row.")]


def _monitored(run: Run) -> tuple[Section, ...]:
    if "monitor" not in run.streams or run.rows("monitor") < 2:
        return ()
    data = run.dataset("monitor")
    names = [n for n, v in data.data_vars.items() if v.dims == ("trial",) and n != "elapsed"][:MOST_COLUMNS]
    values = {str(name): data[name].values for name in names}
    units = {str(name): str(data[name].attrs.get("units", "1")) for name in names}
    drawn = columns_figure(values, units, "elapsed (s)", data["elapsed"].values)
    return (Section("Monitored", pictures=(Picture(drawn, "Readings beside the measurement."),)),)


def _channels(data: xr.Dataset) -> tuple[str, ...]:
    if "channel" not in data.coords:
        return tuple(f"channel {index}" for index in range(data.sizes["channel"]))
    return tuple(str(name) for name in data["channel"].values)


def _units(data: xr.Dataset) -> tuple[str, ...]:
    if "channel_units" in data:
        return tuple(str(unit) for unit in data["channel_units"].values)
    return (str(data["readout"].attrs.get("units", "")),) * data.sizes["channel"]


def _places(data: xr.Dataset) -> tuple[np.ndarray, str]:
    for name, values in data.coords.items():
        if values.dims == ("channel",) and values.dtype.kind == "f":
            scale, unit = (
                (1e-9, "GHz") if values.attrs.get("units") == "Hz" else (1.0, values.attrs.get("units", ""))
            )
            return scale * values.values, f"{name} ({unit})"
    return np.arange(data.sizes["channel"]), "channel"
