"""The certificate of a device: what it remembers and computes, on one page, its twin beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.reports.content import Page, Picture, Section, Table, figure_of, versions_section
from nado_lab.lab.reports.device_record import DeviceMetrics
from nado_lab.lab.reports.page import render_page
from nado_lab.lab.text_file import write_text

FIGURES = {
    "information processing capacity": "information_capacity",
    "its bound (independent readouts)": "capacity_bound",
    "linear memory capacity (lags from 1)": "memory_capacity",
    "nonlinearity": "nonlinearity",
    "kernel rank": "kernel_rank",
    "generalisation rank": "generalisation_rank",
}
WIDTH = 0.4


def write_certificate(
    out: Path, title: str, device: DeviceMetrics, twin: DeviceMetrics | None, warnings: Sequence[str] = ()
) -> None:
    """Write the page to the new file `out`."""
    refuse_existing(out)
    page = certificate(title, device, twin, warnings)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_text(out, render_page(page))


def certificate(
    title: str, device: DeviceMetrics, twin: DeviceMetrics | None, warnings: Sequence[str] = ()
) -> Page:
    """Describe a device as a reservoir, and its twin under the same drives."""
    sides = {"device": device} | ({"twin": twin} if twin else {})
    rows = [
        (name, *(figure_of(getattr(side, field)) for side in sides.values()))
        for name, field in FIGURES.items()
    ]
    said = " ".join(warnings)
    return Page(
        title=f"Certificate of {title}",
        summary=_summary(device, twin),
        sections=(
            Section("Figures", said, table=Table(("", *sides), rows, numbers=True)),
            Section(
                "Capacity by degree and delay",
                "Each term is a product of Legendre polynomials of past inputs; it counts at its degree and"
                " its longest delay (Dambre et al. 2012, doi 10.1038/srep00514).",
                pictures=(Picture(_by_degree(sides), "Capacity by the longest delay, a colour a degree."),),
                table=_degrees(sides),
            ),
            Section(
                "Memory",
                "Squared correlation of the input some steps back with what a linear readout says of it, on"
                " steps that it was not fitted to (Jaeger 2001).",
                pictures=(Picture(_by_lag(sides), "Linear memory by lag."),),
            ),
            versions_section({}),
        ),
    )


def _summary(device: DeviceMetrics, twin: DeviceMetrics | None) -> str:
    told = (
        f"Information processing capacity {device.information_capacity:.2f} of {device.capacity_bound},"
        f" linear memory {device.memory_capacity:.2f} steps"
    )
    if twin is None:
        return f"{told}."
    return f"{told}; the twin has {twin.information_capacity:.2f} and {twin.memory_capacity:.2f}."


def _degrees(sides: dict[str, DeviceMetrics]) -> Table:
    count = len(next(iter(sides.values())).capacity_by_degree)
    rows = [
        (str(degree + 1), *(figure_of(side.capacity_by_degree[degree]) for side in sides.values()))
        for degree in range(count)
    ]
    return Table(("degree", *sides), rows, numbers=True)


def _by_degree(sides: dict[str, DeviceMetrics]) -> Figure:
    """Stack the degrees over the delays, device and twin side by side."""
    figure = Figure(figsize=(7, 3.2), layout="constrained")
    axes = figure.subplots()
    for number, (name, side) in enumerate(sides.items()):
        table = np.array(side.capacity_table)
        place = np.arange(table.shape[1]) + (number - (len(sides) - 1) / 2) * WIDTH
        base = np.zeros(table.shape[1])
        for degree, row in enumerate(table, 1):
            hatch = "" if number == 0 else "///"
            axes.bar(
                place, row, WIDTH, base, color=f"C{degree - 1}", hatch=hatch, label=f"{name}, degree {degree}"
            )
            base += row
    axes.set_xlabel("longest delay (steps)")
    axes.set_ylabel("capacity")
    axes.legend(fontsize=8)
    return figure


def _by_lag(sides: dict[str, DeviceMetrics]) -> Figure:
    figure = Figure(figsize=(7, 2.8), layout="constrained")
    axes = figure.subplots()
    for name, side in sides.items():
        axes.plot(range(len(side.capacity_by_lag)), side.capacity_by_lag, marker="o", label=name)
    axes.set_xlabel("lag (steps)")
    axes.set_ylabel("squared correlation")
    axes.set_ylim(0, 1.02)
    axes.legend(fontsize=8)
    return figure
