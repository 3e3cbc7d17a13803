"""Microstates of simulated samples: rings with their walls, bars with macrospins and vortices."""

import numpy as np
import pyqtgraph as pg
from nado_lab.lab.dashboard.models.simulation import Bars, Levels, Rings
from nado_lab.lab.dashboard.views.as_text import as_html
from nado_lab.lab.dashboard.views.theme import curve_colour, wide

LENGTH = 0.36
ANTICLOCKWISE, CLOCKWISE = 2, 3


class _Sample(pg.PlotWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setAspectLocked(True)
        self.hideAxis("left")
        self.hideAxis("bottom")

    def _dots(self, colour: int, size: int) -> pg.ScatterPlotItem:
        dots = pg.ScatterPlotItem(size=size, pen=None, brush=curve_colour(colour))
        self.addItem(dots)
        return dots


class RingsView(_Sample):
    """Draw every ring of a nanoring array in the colour of its vortex (grey: with walls), and its walls."""

    LEGEND = "dots: head-to-head (blue) and tail-to-tail (orange) walls; rings: vortices by their sense"

    def __init__(self) -> None:
        super().__init__()
        colours = ("#888888", curve_colour(ANTICLOCKWISE), curve_colour(CLOCKWISE))
        self._arcs = [self.plot(connect="finite", pen=pg.mkPen(colour, width=wide(2))) for colour in colours]
        self._walls = [self._dots(0, 8), self._dots(1, 8)]

    def show_picture(self, now: Rings) -> None:
        """Show another microstate."""
        for arc, which in zip(self._arcs, (0, 1, -1), strict=True):
            x, y = _circles(now.centres[now.circulation == which], now.radius)
            arc.setData(x, y)
        for scatter, points in zip(self._walls, (now.head_to_head, now.tail_to_tail), strict=True):
            scatter.setData(points[:, 0], points[:, 1])


class BarsView(_Sample):
    """Draw every bar of a spin-vortex ice: a needle with a head for a macrospin, a ring for a vortex."""

    LEGEND = "needles: macrospins, with a dot at the head; discs: vortices by their sense (green, pink)"

    def __init__(self) -> None:
        super().__init__()
        self._needles = self.plot(connect="pairs", pen=pg.mkPen("#999999", width=wide(1)))
        self._heads = self._dots(0, 5)
        self._vortices = [self._dots(ANTICLOCKWISE, 9), self._dots(CLOCKWISE, 9)]

    def show_picture(self, now: Bars) -> None:
        """Show another microstate."""
        spins = now.chirality == 0
        heads = now.position[spins] + LENGTH * now.moment[spins]
        tails = now.position[spins] - LENGTH * now.moment[spins]
        ends = np.stack([tails, heads], axis=1).reshape(-1, 2)
        self._needles.setData(ends[:, 0], ends[:, 1])
        self._heads.setData(heads[:, 0], heads[:, 1])
        for scatter, sense in zip(self._vortices, (1, -1), strict=True):
            points = now.position[now.chirality == sense]
            scatter.setData(points[:, 0], points[:, 1])


class LevelsView(pg.GraphicsLayoutWidget):
    """Draw a bar a device, one plot below the other for each inner state."""

    LEGEND = "bars: the inner states of each device"

    def __init__(self) -> None:
        super().__init__()
        self.bars: dict[str, pg.BarGraphItem] = {}

    def show_picture(self, now: Levels) -> None:
        """Show other levels."""
        if list(self.bars) != list(now.states):
            self._lay_out(now)
        for name, (values, _) in now.states.items():
            self.bars[name].setOpts(x=np.arange(len(values)), height=np.asarray(values, float))

    def _lay_out(self, now: Levels) -> None:
        self.ci.clear()
        self.bars = {}
        for row, (name, (values, unit)) in enumerate(now.states.items()):
            plot = self.ci.addPlot(row=row, col=0)
            plot.setLabel("left", as_html(name), as_html(unit) or None)
            plot.setLabel("bottom", "device")
            self.bars[name] = pg.BarGraphItem(x=np.arange(len(values)), height=values, width=0.6)
            self.bars[name].setOpts(brush=curve_colour(row), pen=None)
            plot.addItem(self.bars[name])


def _circles(centres: np.ndarray, radius: float, points: int = 33) -> tuple[np.ndarray, np.ndarray]:
    """Give one line through all circles, broken by NaN between them."""
    angle = np.linspace(0, 2 * np.pi, points)
    x = centres[:, :1] + radius * np.append(np.cos(angle), np.nan)
    y = centres[:, 1:] + radius * np.append(np.sin(angle), np.nan)
    return x.ravel(), y.ravel()
