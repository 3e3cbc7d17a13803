"""Figures of a trained network."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure


def weights_figure(layers: list[np.ndarray]) -> Figure:
    """Draw each layer's weights (drive, source) as the hardware realises them."""
    figure = Figure(figsize=(9, 0.8 + 2.2 * len(layers)), layout="constrained")
    axes = figure.subplots(len(layers), 1, squeeze=False)[:, 0]
    for index, (axis, weights) in enumerate(zip(axes, layers, strict=True)):
        most = float(np.abs(weights).max()) or 1.0
        drawn = axis.imshow(
            weights, cmap="RdBu_r", vmin=-most, vmax=most, aspect="auto", interpolation="none"
        )
        figure.colorbar(drawn, ax=axis, label="weight")
        axis.set_ylabel(f"layer {index}: drive")
        axis.locator_params(integer=True)
    axes[-1].set_xlabel("source (inputs, then readouts below)")
    return figure


def confusion_figure(counts: np.ndarray) -> Figure:
    """Draw how often class (row) was read as class (column)."""
    figure = Figure(figsize=(4.6, 3.8), layout="constrained")
    axis = figure.subplots()
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1, interpolation="none")
    for (row, column), count in np.ndenumerate(counts):
        if count and len(counts) <= 12:
            colour = "white" if shares[row, column] > 0.5 else "black"
            axis.text(column, row, str(count), ha="center", va="center", fontsize=7, color=colour)
    axis.set_xlabel("read as")
    axis.set_ylabel("class")
    axis.set_xticks(range(len(counts)))
    axis.set_yticks(range(len(counts)))
    return figure
