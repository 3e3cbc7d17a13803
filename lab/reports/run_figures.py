"""Figures of a measured run."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from nado_lab.lab.reports.figures import BLUE, GREY, ORANGE, engineering, telling_channels

MOST_LINES = 40
DASHES = ("-", "--", ":", "-.")
MAP_FROM = 21  # channels from which a readout is drawn as a map


def sequence_figure(
    drive: np.ndarray,
    readout: np.ndarray,
    channels: tuple[str, ...],
    units: tuple[str, ...],
    applied: list[str],
) -> Figure:
    """Draw what was applied (step, port) with its labels, and readouts (repeat, step, channel)."""
    chosen = telling_channels(channels)
    figure = Figure(figsize=(9, 1.6 + 1.7 * len(chosen)), layout="constrained")
    axes = figure.subplots(1 + len(chosen), 1, sharex=True, squeeze=False)[:, 0]
    steps = np.arange(1, len(drive) + 1)
    for port, name in enumerate(applied):
        axes[0].step(steps, drive[:, port], where="mid", color=GREY, linestyle=DASHES[port % 4], label=name)
    axes[0].set_ylabel(applied[0] if len(applied) == 1 else "applied")
    if len(applied) > 1:
        axes[0].legend(fontsize=8)
    for axis, channel in zip(axes[1:], chosen, strict=True):
        scale, prefix = engineering(readout[..., channel])
        many = len(readout) > 1
        faint = {"linewidth": 0.6, "alpha": 0.5} if many else {"marker": ".", "linewidth": 1.2}
        axis.plot(steps, scale * readout[:MOST_LINES, :, channel].T, color=BLUE, **faint)
        if many:
            axis.plot(steps, scale * readout[..., channel].mean(0), color=ORANGE, label="mean")
        axis.set_ylabel(f"{channels[channel]} ({prefix}{units[channel]})")
    axes[-1].set_xlabel("step")
    return figure


def map_figure(readout: np.ndarray, places: np.ndarray, label: str, units: str) -> Figure:
    """Draw readouts (step, channel) of one sequence as a map, channels along `places`."""
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    axis = figure.subplots()
    most = float(np.abs(readout).max()) or 1.0
    steps = np.arange(1, len(readout) + 1)
    drawn = axis.pcolormesh(places, steps, readout, cmap="RdBu_r", vmin=-most, vmax=most, shading="nearest")
    figure.colorbar(drawn, ax=axis, label=f"readout ({units})")
    axis.set_xlabel(label)
    axis.set_ylabel("step")
    return figure


def noise_figure(
    signal: np.ndarray, noise: np.ndarray, lags: np.ndarray, channels: tuple[str, ...]
) -> Figure:
    """Draw signal and noise (channel,) of each channel, and the noise's correlation over lags (lag,)."""
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(2, 1))
    places = np.arange(len(channels))
    few = len(channels) < MAP_FROM
    left.semilogy(places, signal, "s" if few else "-", color=GREY, label="between inputs")
    left.semilogy(places, noise, "o" if few else "-", color=BLUE, label="between repeats (noise)")
    if few:
        left.set_xticks(places, channels, rotation=60, fontsize=8)
    else:
        left.set_xlabel("channel")
    left.set_ylabel("standard deviation")
    left.legend(fontsize=8)
    right.axhline(0, color=GREY, linewidth=0.8)
    right.plot(np.arange(len(lags)), lags, "o-", color=BLUE, markersize=4)
    right.set_xlabel("lag (steps)")
    right.set_ylabel("correlation of the noise")
    right.set_ylim(min(-0.3, 1.1 * float(lags.min())), 1.05)
    return figure


def columns_figure(
    columns: dict[str, np.ndarray], units: dict[str, str], along: str, x: np.ndarray
) -> Figure:
    """Draw numbers (row,) over `x` (row,), one panel a column."""
    figure = Figure(figsize=(9, 0.6 + 1.5 * len(columns)), layout="constrained")
    axes = figure.subplots(len(columns), 1, sharex=True, squeeze=False)[:, 0]
    for axis, (name, values) in zip(axes, columns.items(), strict=True):
        axis.plot(x, values, ".-", color=BLUE, markersize=3, linewidth=0.8)
        axis.set_ylabel(f"{name}\n({units[name]})", fontsize=8)
    axes[-1].set_xlabel(along)
    return figure
