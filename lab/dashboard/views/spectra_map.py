"""Spectra below each other as an image, with its levels: a waterfall of steps by channels."""

from typing import Any

import numpy as np
import pyqtgraph as pg

from lab.dashboard.views.theme import SEQUENTIAL

CLIP = (1, 99)


class SpectraMap(pg.GraphicsLayoutWidget):
    """Draw readouts (step, channel); the levels are those of the central 98 %, until moved by hand."""

    def __init__(self) -> None:
        super().__init__()
        layout: Any = self.ci
        self._plot = layout.addPlot()
        self._image: Any = pg.ImageItem(axisOrder="row-major")
        self._plot.addItem(self._image)
        self._levels: Any = pg.HistogramLUTItem(self._image)
        self._levels.gradient.setColorMap(pg.colormap.get(SEQUENTIAL))
        layout.addItem(self._levels)
        self._plot.setLabel("left", "step")
        self._plot.setLabel("bottom", "channel")

    def show_map(self, values: np.ndarray, channels: tuple[str, ...], units: str) -> None:
        """Show other readouts (step, channel)."""
        self._image.setImage(values, autoLevels=False)
        low, high = np.percentile(values, CLIP)
        self._levels.setLevels(low, high if high > low else low + 1e-12)
        self._levels.axis.setLabel("readout", units=units)
        every = max(1, len(channels) // 6)
        self._plot.getAxis("bottom").setTicks(
            [[(i + 0.5, channels[i]) for i in range(0, len(channels), every)]]
        )
