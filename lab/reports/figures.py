"""Figures of the reports, drawn without a display (matplotlib's object interface)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from nado_lab.lab.reports.demo_report import Accuracy
    from nado_lab.twin import Figures, Metrics

# Okabe and Ito's palette, safe for colour-blind readers (https://jfly.uni-koeln.de/color/).
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#6E6E6E"
BANDS = ((5.0, 95.0, 0.20, "90 %"), (25.0, 75.0, 0.35, "50 %"))


@dataclass(frozen=True)
class Prediction:
    """One held-out sequence: what was applied, what the device gave, what the twin gives."""

    applied: np.ndarray  # (step,) the drive, or what it stands for
    measured: np.ndarray  # (repeat, step, channel) device units
    predicted: np.ndarray  # (repeat, step, channel) draws of the twin, device units
    channels: tuple[str, ...]
    units: tuple[str, ...]  # one a channel
    applied_label: str = "drive"


def prediction_figure(shown: Prediction, channels: list[int]) -> Figure:
    """Draw the drive, and for some channels the measured repeats over the twin's 50 and 90 % bands."""
    figure = Figure(figsize=(9, 1.6 + 1.9 * len(channels)), layout="constrained")
    axes = figure.subplots(1 + len(channels), 1, sharex=True, squeeze=False)[:, 0]
    steps = np.arange(1, len(shown.applied) + 1)
    axes[0].step(steps, shown.applied, where="mid", color=GREY)
    axes[0].set_ylabel(shown.applied_label)
    for axis, channel in zip(axes[1:], channels, strict=True):
        _draw_channel(axis, steps, shown, channel)
    axes[1].legend(loc="upper right", fontsize=8, ncols=4)
    axes[-1].set_xlabel("step")
    return figure


def _draw_channel(axis: Axes, steps: np.ndarray, shown: Prediction, channel: int) -> None:
    scale, prefix = engineering(shown.measured[..., channel])
    measured, predicted = shown.measured[..., channel] * scale, shown.predicted[..., channel] * scale
    for low, high, alpha, label in BANDS:
        edges = np.percentile(predicted, [low, high], axis=0)
        axis.fill_between(steps, *edges, color=BLUE, alpha=alpha, linewidth=0, label=f"twin, {label} band")
    axis.plot(steps, measured.T[:, :20], ".", color=ORANGE, markersize=2.5, alpha=0.5)
    axis.plot(steps, measured.mean(axis=0), color=ORANGE, linewidth=1.2, label="measured (dots: repeats)")
    axis.set_ylabel(f"{shown.channels[channel]} ({prefix}{shown.units[channel]})")


def residual_figure(shown: Prediction, channels: list[int]) -> Figure:
    """Draw how far the twin's mean is from the measured one over the steps, and its correlation over lags."""
    figure = Figure(figsize=(9, 3.0), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(2, 1))
    steps = np.arange(1, len(shown.applied) + 1)
    spread = np.maximum(shown.predicted.std(axis=0), 1e-30)
    apart = (shown.measured.mean(axis=0) - shown.predicted.mean(axis=0)) / spread
    within = 1.96 / np.sqrt(len(shown.measured))
    left.axhspan(-within, within, color=GREY, alpha=0.2, linewidth=0)
    left.axhline(0, color=GREY, linewidth=0.8)
    for number, channel in enumerate(channels):
        colour, style = (BLUE, ORANGE, GREY)[number % 3], ("-", "--", ":")[number % 3]
        left.plot(steps, apart[:, channel], style, color=colour, linewidth=1.1, label=shown.channels[channel])
        right.plot(_correlation(apart[:, channel]), style, color=colour, marker="o", markersize=3)
    left.set_xlabel("step")
    left.set_ylabel("residual (deviations of the twin)")
    left.legend(fontsize=8, ncols=len(channels))
    right.axhline(0, color=GREY, linewidth=0.8)
    right.set_xlabel("lag (steps)")
    right.set_ylabel("correlation of residuals")
    return figure


def _correlation(values: np.ndarray) -> np.ndarray:
    """Return the autocorrelation of a series (step,) for lags up to a third of it."""
    centred = values - values.mean()
    power = float(centred @ centred) or 1.0
    lags = range(max(2, min(11, len(values) // 3 + 1)))
    return np.array([float(centred[: len(centred) - lag] @ centred[lag:]) / power for lag in lags])


def engineering(values: np.ndarray) -> tuple[float, str]:
    """Choose a factor and its SI prefix, so that the spread of `values` is a number from 1 to 1000."""
    spread = float(np.ptp(values))
    for scale, prefix in (
        (1e-9, "G"),
        (1e-6, "M"),
        (1e-3, "k"),
        (1.0, ""),
        (1e3, "m"),
        (1e6, "µ"),
        (1e9, "n"),
    ):
        if spread * scale >= 1.0:
            return scale, prefix
    return 1e9, "n"


def triple_of(figures: Figures | None) -> dict[str, float]:
    """Return the published triple by what is measured; empty where the data cannot tell."""
    if figures is None:
        return {}
    found = {
        "|mean|": figures.mean_error,
        "|std|": figures.std_error,
        "autocovariance": figures.autocov_error,
    }
    known = {name: value for name, value in found.items() if value}
    return known if len(known) == len(found) else {}


def metrics_figure(metrics: Metrics) -> Figure | None:
    """Draw the triple of a twin beside the noise floor of the data (lower is better); None without both."""
    scores, floor = triple_of(metrics), triple_of(metrics.floor)
    if not scores or not floor:
        return None
    figure = Figure(figsize=(4.6, 3.2), layout="constrained")
    axis = figure.subplots()
    places = np.arange(len(scores))
    axis.bar(places - 0.2, list(floor.values()), 0.38, color=GREY, label="noise floor")
    axis.bar(places + 0.2, list(scores.values()), 0.38, color=BLUE, label="twin")
    for place, (name, score) in enumerate(scores.items()):
        axis.text(place + 0.2, score, f"{score / floor[name]:.2f}×", ha="center", va="bottom")
    axis.set_xticks(places, list(scores))
    axis.set_ylabel("error (channel deviations)")
    axis.margins(y=0.12)
    axis.legend(fontsize=8)
    return figure


def telling_channels(names: tuple[str, ...], most: int = 3) -> list[int]:
    """Choose channels to draw: mean, first and second harmonic of a contact, or some evenly spread."""
    harmonics = [index for index, name in enumerate(names) if name in ("h0_0", "h1x_0", "h2x_0")]
    spread = np.unique(np.linspace(0, len(names) - 1, most + 2).round().astype(int)[1:-1])
    return harmonics or [int(index) for index in spread] or [0]


def accuracy_figure(accuracy: Mapping[str, Accuracy]) -> Figure:
    """Draw each variant's accuracy on the twin and on the device, with 95 % intervals."""
    figure = Figure(figsize=(5.4, 3.2), layout="constrained")
    axis = figure.subplots()
    places = np.arange(len(accuracy))
    found = accuracy.values()
    on_twin = (-0.2, "twin", BLUE, [each.twin for each in found], [each.twin_interval for each in found])
    on_device = (0.2, "device", ORANGE, [e.device for e in found], [e.device_interval for e in found])
    for shift, key, colour, shares, ends in (on_twin, on_device):
        heights, intervals = np.array(shares), np.array(ends)
        arms = np.abs(intervals.T - heights)
        axis.bar(places + shift, heights, 0.38, color=colour, label=f"on the {key}")
        axis.errorbar(places + shift, heights, yerr=arms, fmt="none", ecolor="black", capsize=3, linewidth=1)
        for place, height in zip(places + shift, heights, strict=True):
            axis.text(place, 0.02, f"{height:.3f}", ha="center", va="bottom", color="white", fontsize=8)
    axis.set_xticks(places, [name.replace("_", " ") for name in accuracy])
    axis.set_ylim(0, 1)
    axis.set_ylabel("accuracy")
    axis.legend(fontsize=8, loc="upper center", ncols=2, bbox_to_anchor=(0.5, 1.15))
    return figure
