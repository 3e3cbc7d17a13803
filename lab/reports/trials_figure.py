"""Picture of some sequences: what was measured, over the bands of a twin."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from nado_lab.lab.reports.comparison import Comparison
from nado_lab.lab.reports.figures import BANDS, BLUE, GREY, ORANGE, engineering, telling_channels

MOST_SHOWN = 3
MANY = 10
SMALL = 8


def trials_figure(found: Comparison) -> Figure:
    """Draw some sequences (columns) and channels (rows): measured over the twin's 50 and 90 % bands.

    Many repeats are drawn by their mean and the edges of their 90 %, few as dots.
    """
    channels = telling_channels(found.channels, MOST_SHOWN)
    count = min(MOST_SHOWN, len(found.measured))
    figure = Figure(figsize=(3.6 * count + 0.8, 1.6 + 2.2 * len(channels)), layout="constrained")
    heights = [0.6] + [1.0] * len(channels)
    axes = figure.subplots(
        len(channels) + 1, count, sharex="col", sharey="row", squeeze=False, height_ratios=heights
    )
    for column in range(count):
        _drive(axes[0, column], found, column)
        for row, channel in enumerate(channels, 1):
            _bands(axes[row, column], found, column, channel)
        axes[-1, column].set_xlabel("step")
    for row, channel in enumerate(channels, 1):
        prefix = engineering(found.measured[0][..., channel])[1]
        axes[row, 0].set_ylabel(f"{found.channels[channel]} ({prefix}{found.units[channel] or '1'})")
    axes[0, 0].set_ylabel("drive")
    handles, labels = axes[1, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), fontsize=SMALL)
    return figure


def _drive(axis: Axes, found: Comparison, column: int) -> None:
    drive = found.drive[column]
    steps = np.arange(1, len(drive) + 1)
    for port, style in zip(range(drive.shape[1]), ("-", "--", ":", "-.") * drive.shape[1], strict=False):
        axis.step(steps, drive[:, port], style, where="mid", color=GREY, linewidth=1)


def _bands(axis: Axes, found: Comparison, column: int, channel: int) -> None:
    factor = engineering(found.measured[0][..., channel])[0]
    measured, drawn = (each[column][..., channel] * factor for each in (found.measured, found.drawn))
    steps = np.arange(1, measured.shape[1] + 1)
    for low, high, alpha, label in BANDS:
        edges = np.percentile(drawn, [low, high], axis=0)
        axis.fill_between(steps, *edges, color=BLUE, alpha=alpha, linewidth=0, label=f"twin, {label} band")
    axis.plot(steps, drawn.mean(0), color=BLUE, linewidth=1, label="twin, mean")
    if len(measured) < MANY:
        dots = axis.plot(steps, measured.T, ".", color=ORANGE, markersize=3, alpha=0.7)
        dots[0].set_label("measured")
        return
    axis.plot(steps, measured.mean(0), ":", color=ORANGE, linewidth=1.8, label="measured, mean")
    edges = axis.plot(steps, np.percentile(measured, [5, 95], axis=0).T, color=ORANGE, linewidth=0.8)
    edges[0].set_label("measured, 90 % of the repeats between")
