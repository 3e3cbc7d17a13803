"""Spectra below each other: as an image with its levels (a map), and as curves (a waterfall)."""

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from nado_lab.channels import ChannelAxis
from nado_lab.lab.dashboard.views.as_text import as_html
from nado_lab.lab.dashboard.views.theme import SEQUENTIAL, wide
from nado_lab.lab.dashboard.views.widgets import item_of
from nado_lab.port import Port

CLIP = (1, 99)
MOST_CURVES = 48
OFFSET_SHARE = 0.35


@dataclass(frozen=True)
class Spectra:
    """Readouts (step, channel) in `units`, channels along `axis`; `inputs` (step,) of a sweep of `port`."""

    values: np.ndarray
    axis: ChannelAxis
    units: str
    inputs: np.ndarray | None = None
    port: Port | None = None

    @property
    def places(self) -> np.ndarray:
        """Give where the channels lie along the axis (channel,)."""
        return np.array(self.axis.values)

    @property
    def down(self) -> tuple[str, str, float, float]:
        """Give label, unit, first and last value of the axis down the steps."""
        if self.inputs is None or self.port is None:
            return "step", "", 0.0, float(len(self.values))
        first, last = float(self.inputs[0]), float(self.inputs[-1])
        half = 0.5 * (last - first) / max(len(self.inputs) - 1, 1)
        return self.port.quantity or self.port.name, self.port.unit, first - half, last + half


class SpectraMap(pg.GraphicsLayoutWidget):
    """Draw spectra as an image; the levels are those of the central 98 %, until moved by hand."""

    def __init__(self) -> None:
        super().__init__()
        layout = self.ci
        self._plot = layout.addPlot()
        self._image = pg.ImageItem(axisOrder="row-major")
        self._plot.addItem(self._image)
        self._levels = pg.HistogramLUTItem(self._image)
        self._levels.gradient.setColorMap(pg.colormap.get(SEQUENTIAL))
        layout.addItem(self._levels)
        self._automatic, self._setting = True, False
        self._levels.sigLevelChangeFinished.connect(self._taken_over)

    def automatic(self) -> None:
        """Let the levels follow the data again."""
        self._automatic = True

    def show_map(self, spectra: Spectra) -> None:
        """Show other spectra."""
        self._image.setImage(spectra.values, autoLevels=False)
        name, unit, first, last = spectra.down
        left, right = _edges(spectra.places)
        self._plot.setLabel("bottom", as_html(spectra.axis.name), units=as_html(spectra.axis.unit))
        self._image.setRect(left, first, right - left, last - first)
        self._plot.setLabel("left", as_html(name), units=as_html(unit))
        self._levels.axis.setLabel("readout", units=as_html(spectra.units))
        if self._automatic:
            low, high = np.percentile(spectra.values, CLIP)
            self._setting = True
            self._levels.setLevels(low, high if high > low else low + 1e-12)
            self._levels.setHistogramRange(low, high if high > low else low + 1e-12)
            self._setting = False

    def _taken_over(self, *_: object) -> None:
        self._automatic = self._setting


class Waterfall(pg.PlotWidget):
    """Draw spectra as curves, each a little above the one before; coloured from the first to the last."""

    def __init__(self) -> None:
        super().__init__()
        self._item = item = item_of(self)
        item.showGrid(x=True, alpha=0.15)
        self._curves = [pg.PlotCurveItem() for _ in range(MOST_CURVES)]
        for curve in self._curves:
            item.addItem(curve)

    def show_spectra(self, spectra: Spectra) -> None:
        """Show other spectra; of more than fit, evenly chosen ones."""
        count = min(len(spectra.values), MOST_CURVES)
        chosen = np.unique(np.linspace(0, len(spectra.values) - 1, count).round().astype(int))
        offset = OFFSET_SHARE * float(np.ptp(spectra.values)) or 1.0
        shades = np.linspace(0.25, 1, len(chosen))
        colours = np.array(pg.colormap.get(SEQUENTIAL).map(shades))  # type: ignore[union-attr]
        for place, (curve, step) in enumerate(zip(self._curves, chosen, strict=False)):
            curve.setData(spectra.places, spectra.values[step] + place * offset)
            curve.setPen(pg.mkPen(colours[place], width=wide(1)))
        for curve in self._curves[len(chosen) :]:
            curve.setData([], [])
        self._item.setLabel("bottom", as_html(spectra.axis.name), units=as_html(spectra.axis.unit))
        self._item.setLabel("left", "readout, each shifted up", units=as_html(spectra.units))
        self._item.setTitle(_span(spectra, len(chosen)), size="9pt")


def _edges(places: np.ndarray) -> tuple[float, float]:
    half = 0.5 * (places[-1] - places[0]) / max(len(places) - 1, 1)
    return float(places[0] - half), float(places[-1] + half)


def _span(spectra: Spectra, count: int) -> str:
    if spectra.inputs is None or spectra.port is None:
        return f"{count} of {len(spectra.values)} steps, the first at the bottom"
    first, last = (
        pg.siFormat(each, precision=3, suffix=spectra.port.unit) for each in spectra.inputs[[0, -1]]
    )
    return f"{count} of {len(spectra.values)} inputs, from {first} (bottom) to {last}"
