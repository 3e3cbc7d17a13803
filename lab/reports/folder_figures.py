"""Figures of deployments and loops."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from nado_lab.lab.reports.deployment_report import NodeMetrics
from nado_lab.lab.reports.figures import BLUE, GREY, ORANGE
from nado_lab.lab.reports.loop_report import LoopRow


def nodes_figure(nodes: Sequence[NodeMetrics]) -> Figure:
    """Draw each node's error (twin against device), layer by layer, in the order of the nodes."""
    ordered = sorted(nodes, key=lambda node: (node.layer, node.node))
    figure = Figure(figsize=(9, 2.6), layout="constrained")
    axis = figure.subplots()
    layers = np.array([node.layer for node in ordered])
    colours = [(BLUE, ORANGE)[layer % 2] for layer in layers]
    axis.bar(np.arange(len(ordered)), [node.mean_error for node in ordered], color=colours)
    axis.set_xlabel("node" if len(set(layers)) == 1 else "node (colours: layers)")
    axis.set_ylabel("mean error\n(channel deviations)")
    axis.locator_params(axis="x", integer=True)
    return figure


def gap_figure(rounds: Sequence[LoopRow], tolerance: float) -> Figure:
    """Draw the transfer gap with its standard error against the device time (s), and the tolerance."""
    figure = Figure(figsize=(6, 3), layout="constrained")
    axis = figure.subplots()
    spent = [each.device_s_total for each in rounds]
    gaps, errors = [each.gap for each in rounds], [each.gap_error for each in rounds]
    axis.axhspan(-tolerance, tolerance, color=GREY, alpha=0.2, label="tolerance")
    axis.errorbar(spent, gaps, yerr=errors, fmt="o-", color=BLUE, capsize=3, label="gap")
    axis.set_xlabel("device time (s)")
    axis.set_ylabel("transfer gap")
    axis.legend(fontsize=8)
    return figure
