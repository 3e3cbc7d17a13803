"""Pictures of a twin beside measured repeats: one function a figure."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from nado_lab.lab.reports.comparison import (
    SHARES,
    Comparison,
    correlation,
    coverage,
    deviations,
    halves,
    ranks,
    spectrum,
)
from nado_lab.lab.reports.figures import BLUE, GREY, ORANGE

MOST_DOTS = 4000
MOST_LAGS = 12
SMALL = 8


def mean_std_figure(found: Comparison) -> Figure:
    """Draw the twin's mean and deviation at every step against the measured; grey: half against half."""
    kinds = {"mean": lambda y: y.mean(0), "standard deviation": lambda y: y.std(0, ddof=1)}
    if not found.has_repeats:
        kinds.pop("standard deviation")
    figure = Figure(figsize=(4.2 * len(kinds), 4.4), layout="constrained")
    measured, drawn = found.normal()
    axes = figure.subplots(1, len(kinds), squeeze=False)[0]
    for axis, (name, take) in zip(axes, kinds.items(), strict=True):
        if found.has_repeats:
            floor = [[take(half) for half in halves(each)] for each in measured]
            _dots(axis, floor, GREY, "half of the repeats against the other half")
        pairs = [(take(one), take(two)) for one, two in zip(measured, drawn, strict=True)]
        _dots(axis, pairs, BLUE, "twin against measured")
        low, high = min(axis.get_xlim()[0], axis.get_ylim()[0]), max(axis.get_xlim()[1], axis.get_ylim()[1])
        axis.plot([low, high], [low, high], color="black", linewidth=0.8)
        axis.set(xlabel=f"measured {name}", ylabel=f"twin's {name}", xlim=(low, high), ylim=(low, high))
        axis.set_aspect("equal")
    handles, labels = axes[-1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, fontsize=SMALL, markerscale=4)
    figure.supxlabel(
        "a dot: one step of a sequence in one channel; in standard deviations of that channel", fontsize=SMALL
    )
    return figure


def _dots(axis: Axes, pairs: list, colour: str, label: str) -> None:
    x, y = (np.stack([pair[side] for pair in pairs]).ravel() for side in (0, 1))
    every = max(1, len(x) // MOST_DOTS)
    axis.plot(x[::every], y[::every], ".", color=colour, markersize=2.5, alpha=0.5, label=label)


def autocovariance_figure(found: Comparison) -> Figure:
    """Draw the correlation of the noise over lags: measured, twin, and both halves of the repeats."""
    figure = Figure(figsize=(5.2, 3.6), layout="constrained")
    axis, (measured, drawn) = figure.subplots(), found.normal()
    lags = min(MOST_LAGS, measured[0].shape[1] // 2 + 1)
    sides = zip(*(halves(each) for each in measured), strict=True)
    one, two = (correlation([deviations(half) for half in side], lags) for side in sides)
    places = np.arange(lags)
    axis.fill_between(places, one, two, color=GREY, alpha=0.4, linewidth=2, label="measured, both halves")
    axis.plot(
        places, correlation([deviations(m) for m in measured], lags), "o-", color=ORANGE, label="measured"
    )
    axis.plot(places, correlation([deviations(d) for d in drawn], lags), "s--", color=BLUE, label="twin")
    axis.axhline(0, color="black", linewidth=0.6)
    axis.set(xlabel="lag (steps)", ylabel="correlation of the noise")
    axis.legend(fontsize=SMALL)
    return figure


def spectrum_figure(found: Comparison) -> Figure:
    """Draw the power density of the noise, measured and of the twin."""
    figure = Figure(figsize=(5.2, 3.6), layout="constrained")
    axis = figure.subplots()
    for parts, style, colour, label in zip(
        found.normal(), ("o-", "s--"), (ORANGE, BLUE), ("measured", "twin"), strict=True
    ):
        frequency, density = spectrum([deviations(each) for each in parts], found.step_s)
        axis.loglog(frequency, density, style, color=colour, markersize=3, label=label)
    unit = "1/step" if found.step_s == 1.0 else "Hz"
    axis.set(xlabel=f"frequency ({unit})", ylabel=f"noise power density (1 / ({unit}))")
    axis.legend(fontsize=SMALL)
    return figure


def residuals_figure(found: Comparison) -> Figure:
    """Draw what is measured beyond the twin's mean, in the twin's deviations: histogram and quantiles."""
    ours, theirs = [], []
    for measured, drawn in zip(*found.normal(), strict=True):
        mean, deviation = drawn.mean(0), drawn.std(0, ddof=1) + 1e-12
        theirs.append(((measured - mean) / deviation).ravel())
        ours.append(((drawn - mean) / deviation).ravel())
    mine, measured = np.concatenate(ours), np.concatenate(theirs)
    figure = Figure(figsize=(8.4, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    bins = np.linspace(-5, 5, 61).tolist()
    left.hist(mine, bins, density=True, color=BLUE, alpha=0.4, label="twin's draws")
    left.hist(measured, bins, density=True, histtype="step", color=ORANGE, linewidth=1.5, label="measured")
    left.set(xlabel="residual (twin's deviations)", ylabel="density")
    left.legend(fontsize=SMALL)
    shares = np.concatenate([[0.001, 0.005], np.linspace(0.01, 0.99, 99), [0.995, 0.999]])
    x, y = np.quantile(mine, shares), np.quantile(measured, shares)
    right.plot(x, y, "o", color=ORANGE, markersize=3)
    right.plot([min(x[0], y[0]), max(x[-1], y[-1])], [min(x[0], y[0]), max(x[-1], y[-1])], "k", linewidth=0.8)
    right.set(
        xlabel="quantiles of the twin's draws, 0.1 to 99.9 %", ylabel="the same quantiles of the measured"
    )
    return figure


def coverage_figure(found: Comparison) -> Figure:
    """Draw where measured values lie among the twin's draws, and how much each central band holds of them."""
    measured, drawn = found.normal()
    place = np.concatenate([ranks(m, d) for m, d in zip(measured, drawn, strict=True)])
    figure = Figure(figsize=(8.4, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.hist(place, np.linspace(0, 1, 21).tolist(), density=True, color=BLUE, alpha=0.6)
    left.axhline(1, color="black", linewidth=0.8)
    left.set(
        xlabel="rank of the measured among the draws (0 to 1)", ylabel="density (1 is right)", xlim=(0, 1)
    )
    right.plot([0, 1], [0, 1], color="black", linewidth=0.8, label="right")
    if found.has_repeats:
        again = [ranks(two, one) for one, two in map(halves, measured)]
        right.plot(SHARES, coverage(np.concatenate(again)), "--", color=GREY, label="half of the repeats")
    right.plot(SHARES, coverage(place), "o-", color=BLUE, markersize=3, label="twin")
    right.set(
        xlabel="central band of the twin", ylabel="share of the measured inside", xlim=(0, 1), ylim=(0, 1)
    )
    right.legend(fontsize=SMALL, loc="upper left")
    return figure
