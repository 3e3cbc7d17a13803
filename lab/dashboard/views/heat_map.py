"""A matrix in colours that diverge about zero, with its scale and the value under the mouse."""

import numpy as np
import pyqtgraph as pg
from nado_lab.lab.dashboard.views.as_text import as_html
from nado_lab.lab.dashboard.views.theme import DIVERGING
from PyQt6.QtCore import QPointF


class HeatMap(pg.GraphicsLayoutWidget):
    """Draw a matrix (to, from)."""

    def __init__(self) -> None:
        super().__init__()
        layout = self.ci
        self._plot = layout.addPlot()
        self._image = pg.ImageItem(axisOrder="row-major")
        self._plot.addItem(self._image)
        self._bar = pg.ColorBarItem(colorMap=pg.colormap.get(DIVERGING), width=12, interactive=False)
        self._bar.setImageItem(self._image, insert_in=self._plot)
        self._values = np.zeros((1, 1))
        self._plot.scene().sigMouseMoved.connect(self._moved)

    def show_matrix(self, values: np.ndarray, across: str, down: str, title: str) -> None:
        """Show another matrix."""
        self._values = values
        most = float(np.abs(values).max()) or 1.0
        self._image.setImage(values)
        self._bar.setLevels((-most, most))
        self._plot.setLabel("bottom", as_html(across))
        self._plot.setLabel("left", as_html(down))
        self._plot.setTitle(f"{as_html(title)} ({values.shape[0]} × {values.shape[1]})", size="9pt")
        self._plot.setRange(xRange=(0, values.shape[1]), yRange=(0, values.shape[0]), padding=0)  # type: ignore[attr-defined]

    def _moved(self, position: QPointF) -> None:
        point = self._image.mapFromScene(position)
        across, down = int(point.x()), int(point.y())
        if 0 <= down < self._values.shape[0] and 0 <= across < self._values.shape[1]:
            self.setToolTip(f"to {down}, from {across}: {self._values[down, across]:.4g}")
