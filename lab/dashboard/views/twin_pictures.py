"""Measured against predicted: bands, residuals, autocorrelation, spectrum of the noise."""

import numpy as np
import pyqtgraph as pg
from nado_lab.lab.dashboard.models.previews import Preview
from nado_lab.lab.dashboard.views.as_text import as_html
from nado_lab.lab.dashboard.views.legend import legend_above
from nado_lab.lab.dashboard.views.theme import curve_colour, curve_pen, faded, wide
from nado_lab.lab.dashboard.views.widgets import plot
from PyQt6.QtWidgets import QComboBox, QTabWidget


class TwinPictures(QTabWidget):
    """Compare a twin with one measured sequence and its repeats."""

    def __init__(self) -> None:
        super().__init__()
        self._preview: Preview | None = None
        self.channel = QComboBox()
        self.channel.currentIndexChanged.connect(lambda _: self._draw())
        self.bands = plot("", ("step", ""), ("readout", "V"))
        self.residual = plot("", ("step", ""), ("measured − twin", "V"))
        self.correlation = plot("", ("lag in steps", ""), ("autocorrelation of the noise", ""))
        self.spectrum = plot("", ("frequency in cycles a step", ""), ("noise power", "V²"))
        self.spectrum.setLogMode(y=True)
        self.spectrum.getAxis("left").setStyle(maxTextLevel=0)
        for name, page in (
            ("Bands", self.bands),
            ("Residual", self.residual),
            ("Autocorrelation", self.correlation),
            ("Noise spectrum", self.spectrum),
        ):
            self.addTab(page, name)
            legend_above(page)
        self.channel.setToolTip("Which channel of the readout is drawn.")
        self.setCornerWidget(self.channel)

    def show_preview(self, preview: Preview) -> None:
        """Show another comparison."""
        names = [self.channel.itemText(i) for i in range(self.channel.count())]
        self._preview = preview
        if names != list(preview.channels):
            self.channel.clear()
            self.channel.addItems(list(preview.channels))
        self._draw()

    def _draw(self) -> None:
        view, index = self._preview, max(self.channel.currentIndex(), 0)
        if view is None or index >= len(view.channels):
            return
        for page in (self.bands, self.residual, self.correlation, self.spectrum):
            page.clear()
        self._draw_bands(view, index)
        self._draw_residual(view, index)
        both = (("measured", 1), ("twin", 0))
        lags = (view.correlation_measured[:, index], view.correlation_twin[:, index])
        for (name, colour), values in zip(both, lags, strict=True):
            self.correlation.plot(values, pen=curve_pen(colour, 2, dashed=True), name=name)
        powers = (view.spectrum_measured[:, index], view.spectrum_twin[:, index])
        for (name, colour), values in zip(both, powers, strict=True):
            cycles = np.linspace(0, 0.5, len(values))[1:]
            self.spectrum.plot(cycles, values[1:], pen=curve_pen(colour, 2, dashed=True), name=name)

    def _draw_bands(self, view: Preview, index: int) -> None:
        steps = np.arange(view.bands.shape[1])
        low, lower, middle, upper, high = view.bands[:, :, index]
        for bottom, top, alpha, name in ((low, high, 60, "twin 90 %"), (lower, upper, 110, "twin 50 %")):
            edges = [pg.PlotCurveItem(steps, edge, pen=None) for edge in (bottom, top)]
            self.bands.addItem(pg.FillBetweenItem(*edges, brush=faded(curve_colour(0), alpha)))
            self.bands.plot(
                [], [], pen=pg.mkPen(faded(curve_colour(0), alpha + 60), width=wide(8)), name=name
            )
        self.bands.plot(steps, middle, pen=curve_pen(0, 2), name="twin median")
        count, spread = len(view.measured), view.measured[:, :, index]
        shown = spread[: min(count, 30)]
        dots = pg.ScatterPlotItem(
            np.tile(steps, len(shown)), shown.ravel(), size=3, pen=None, brush=faded(curve_colour(1), 170),
            name="measured",
        )  # fmt: skip
        self.bands.addItem(dots)
        self.bands.setLabel("left", as_html(view.channels[index]), units=as_html(view.units[index]))
        self.bands.setTitle(f"sequence {view.sequence}: {count} repeats measured, 200 drawn", size="9pt")

    def _draw_residual(self, view: Preview, index: int) -> None:
        values = view.residual[:, index]
        error = view.measured[:, :, index].std(0) / max(len(view.measured), 1) ** 0.5
        bars = pg.ErrorBarItem(
            x=np.arange(len(values)), y=values, height=4 * error, pen=curve_pen(7), beam=0.2
        )
        self.residual.addItem(bars)
        self.residual.plot(
            values, pen=None, symbol="o", symbolSize=5, symbolBrush=curve_colour(1), symbolPen=None,
            name="mean, ± 2 standard errors",
        )  # fmt: skip
        self.residual.setLabel(
            "left", as_html(f"measured − twin, {view.channels[index]}"), units=as_html(view.units[index])
        )
