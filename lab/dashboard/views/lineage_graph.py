"""What came from what, as a small graph from left (measured) to right (trained)."""

from pathlib import Path

import numpy as np
import pyqtgraph as pg
from nado_lab.lab.dashboard.models.catalogue import Entry, EntryKind
from nado_lab.lab.dashboard.views.theme import curve_colour, wide
from PyQt6.QtCore import pyqtSignal

KINDS = tuple(EntryKind)
MOST_LETTERS = 18


class LineageGraph(pg.PlotWidget):
    """Draw entries as dots with names and arrows; a click chooses one."""

    chosen = pyqtSignal(Path)

    def __init__(self) -> None:
        super().__init__()
        self.hideAxis("left")
        self.hideAxis("bottom")
        self.setMouseEnabled(x=True, y=True)

    def show_graph(self, nodes: list[Entry], arrows: list[tuple[int, int]], marked: Entry) -> None:
        """Show entries and arrows (parent, child) by index."""
        self.clear()
        self.setTitle(_legend(), size="9pt")
        places = positions(nodes, arrows)
        for parent, child in arrows:
            self._arrow(places[parent], places[child])
        colours = [curve_colour(KINDS.index(node.kind)) for node in nodes]
        sizes = [18 if node.path == marked.path else 12 for node in nodes]
        dots = pg.ScatterPlotItem(
            pos=places, size=sizes, brush=colours, pen=None, data=[node.path for node in nodes]
        )
        dots.sigClicked.connect(lambda _, points: self.chosen.emit(points[0].data()))
        self.addItem(dots)
        for node, place in zip(nodes, places, strict=True):
            name = _shortened("/".join(node.short_name.split("/")[-2:]))
            side = -0.5 if int(place[0]) % 2 == 0 else 1.5  # neighbours' names below and above their dots
            text = pg.TextItem(name, anchor=(0.5, side), color=pg.getConfigOption("foreground"))
            text.setPos(*place)
            self.addItem(text)
        low, high = places.min(0), places.max(0)
        box = self.getViewBox()
        box.setRange(xRange=(low[0] - 0.6, high[0] + 0.6), yRange=(low[1] - 0.8, high[1] + 0.5), padding=0)

    def _arrow(self, start: np.ndarray, end: np.ndarray) -> None:
        self.plot([start[0], end[0]], [start[1], end[1]], pen=pg.mkPen("#888888", width=wide(1)))
        middle = 0.5 * (start + end)
        angle = float(np.degrees(np.arctan2(end[1] - start[1], end[0] - start[0])))
        head = pg.ArrowItem(angle=180 - angle, headLen=10, brush="#888888", pen=None)
        head.setPos(*middle)
        self.addItem(head)


def _shortened(name: str) -> str:
    """Leave out the middle of a long name."""
    half = MOST_LETTERS // 2
    return name if len(name) <= MOST_LETTERS else f"{name[:half]}…{name[-half:]}"


def _legend() -> str:
    return " · ".join(
        f'<span style="color:{curve_colour(index)}">●</span> {kind}' for index, kind in enumerate(KINDS)
    )


def positions(nodes: list[Entry], arrows: list[tuple[int, int]]) -> np.ndarray:
    """Place each node (node, 2) right of its parents, those of one generation above each other."""
    depth = [0] * len(nodes)
    for _ in nodes:
        for parent, child in arrows:
            depth[child] = min(max(depth[child], depth[parent] + 1), len(nodes))
    places = np.zeros((len(nodes), 2))
    for level in set(depth):
        members = [i for i, each in enumerate(depth) if each == level]
        for rank, i in enumerate(members):
            places[i] = level, (len(members) - 1) / 2 - rank
    return places
