"""The page of a run: what was measured, how noisy it is, and how to measure it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.errors import LabError
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.reports.again import measure_again
from nado_lab.lab.reports.channel_names import channels_section
from nado_lab.lab.reports.content import Page, Picture, Section, Table, figure_of, pairs, versions_section
from nado_lab.lab.reports.figures import engineering
from nado_lab.lab.reports.noise import noise_of_repeats
from nado_lab.lab.reports.provenance import provenance_of_run, provenance_section
from nado_lab.lab.reports.run_figures import (
    MAP_FROM,
    columns_figure,
    map_figure,
    noise_figure,
    sequence_figure,
)

if TYPE_CHECKING:
    import xarray as xr
    from nado_lab.lab.store import Run, RunSummary, StreamSummary
    from nado_lab.port import Port

MOST_TRIALS = 2000
MOST_COLUMNS = 6


def run_page(path: str | Path) -> Page:
    """Describe the run at a path or URL."""
    from nado_lab.lab.store import Run, ports_of, summarise

    run = Run.open(path)
    about, data = summarise(run), run.dataset().isel(trial=slice(0, MOST_TRIALS))
    known = run.metadata
    rows = ", ".join(f"{stream.rows} {name} rows" for name, stream in about.streams.items())
    why = f" ({known.reason})" if known.reason else ""
    return Page(
        title=f"Run {known.run_id}",
        summary=f"{known.status}{why}: {rows}.",
        sections=(
            Section("Measured", pictures=tuple(_pictures(data, ports_of(known)))),
            *_monitored(run),
            provenance_section(provenance_of_run(known)),
            Section("What was done", table=_facts(about)),
            *channels_section(_channels(data), _channel_units(data)),
            Section("What is stored", table=_columns(about.streams)),
            Section("Do it again", commands=(measure_again(known, about.path),)),
            versions_section(known.code),
        ),
    )


def plot_run(path: str | Path, out: Path) -> list[str]:
    """Draw the figures of a run's page into `out` (.png, .pdf, .svg); further ones beside it, numbered."""
    from nado_lab.lab.store import Run, ports_of

    if out.suffix.lower() not in (".png", ".pdf", ".svg"):
        raise LabError(f"{out}: expected a name that ends in .png, .pdf or .svg")
    run = Run.open(path)
    data = run.dataset().isel(trial=slice(0, MOST_TRIALS))
    monitored = [picture for section in _monitored(run) for picture in section.pictures]
    pictures = [*_pictures(data, ports_of(run.metadata)), *monitored]
    if not pictures:
        raise LabError(f"{path} holds nothing that can be drawn")
    more = [out.with_stem(f"{out.stem}-{number}") for number in range(2, len(pictures) + 1)]
    files = [out, *more]
    for file in files:
        refuse_existing(file)
    for picture, file in zip(pictures, files, strict=True):
        picture.figure.savefig(file, dpi=130)
    return [str(file) for file in files]


def _facts(about: RunSummary) -> Table:
    known = about.metadata
    protocol, setup = known.protocol, known.setup
    parameters = protocol.parameters if protocol else {}
    return pairs(
        {
            "path": about.path,
            "started": known.started,
            "ended": known.ended,
            "sample": known.sample,
            "operator": known.operator,
            "lineage": known.lineage,
            "setup": setup.name if setup else None,
            "protocol": protocol.name if protocol else None,
            "timing": str(about.timing),
        }
        | {f"parameter {name}": f"{figure_of(p.value)} {p.units}".strip() for name, p in parameters.items()}
    )


def _columns(streams: dict[str, StreamSummary]) -> Table:
    rows = [
        (stream, name, " × ".join(each.dims), " × ".join(map(str, each.shape)), each.units)
        for stream, found in streams.items()
        for name, each in found.columns.items()
    ]
    return Table(("stream", "column", "dims", "shape", "units"), rows)


def _pictures(data: xr.Dataset, ports: tuple[Port, ...]) -> list[Picture]:
    if not data.sizes.get("trial"):
        return []
    if "device" in data.dims:
        data = data.isel(device=0)
    readout = data.get("readout")
    if readout is None or readout.dims != ("trial", "step", "channel"):
        return _scalars(data)
    return [*_first_sequence(data, ports), *_noise(data)]


def _first_sequence(data: xr.Dataset, ports: tuple[Port, ...]) -> list[Picture]:
    """Draw the first sequence with all its repeats."""
    first = data["sequence"].values == data["sequence"].values[0] if "sequence" in data else [True]
    mine = data.isel(trial=np.flatnonzero(first))
    readout, channels = mine["readout"].values, _channels(data)
    if len(channels) >= MAP_FROM:
        places, label = _places(data)
        drawn = map_figure(readout.mean(0), places, label, str(data["readout"].attrs.get("units", "")))
        return [Picture(drawn, "The first sequence: readout by step and channel (mean over repeats).")]
    from nado_lab.lab.store import channel_units
    from nado_lab.lab.store.applied import applied_in

    applied, labels = applied_in(mine, ports)
    drawn = sequence_figure(applied, readout, channels, channel_units(data), labels)
    shows = f"The first sequence: what was applied, and the readout of {len(readout)} repeat(s)."
    return [Picture(drawn, shows)]


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
    if "channel" not in data.dims:
        return ()
    if "channel" not in data.coords:
        return tuple(f"channel {index}" for index in range(data.sizes["channel"]))
    return tuple(str(name) for name in data["channel"].values)


def _channel_units(data: xr.Dataset) -> tuple[str, ...]:
    from nado_lab.lab.store import channel_units

    return channel_units(data) if "channel" in data.dims and "readout" in data else ()


def _places(data: xr.Dataset) -> tuple[np.ndarray, str]:
    from nado_lab.lab.store import channel_axis

    axis = channel_axis(data)
    if axis is None:
        return np.arange(data.sizes["channel"]), "channel"
    scale, prefix = engineering(np.array(axis.values))
    return scale * np.array(axis.values), f"{axis.name} ({prefix}{axis.unit})"
