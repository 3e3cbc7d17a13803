"""Colours: dark and light, and palettes for colour-blind people, too (after Okabe and Ito 2008)."""

from dataclasses import dataclass
from pathlib import Path

import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QPalette, QPen
from PyQt6.QtWidgets import QApplication

MARKS = ("o", "s", "t", "d", "+", "x", "star", "t1", "p", "h")
"""Shapes that go with the colours of curves, so that nobody needs the colours."""
DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
SEQUENTIAL = "cividis"
DIVERGING = "CET-CBD1"
TICK = (Path(__file__).parent / "tick.png").as_posix()
ABORT = "#C1272D"


@dataclass(frozen=True)
class Theme:
    """The colours of one look.

    Every text on every ground has a contrast of 4.5 : 1 or more, every curve of 3 : 1 (WCAG 2.1, 1.4.3 and
    1.4.11); the first five curves are far apart for protan and deutan eyes, all of them apart.
    """

    name: str
    window: str
    base: str
    raised: str
    text: str
    faint: str
    accent: str
    good: str
    bad: str
    curves: tuple[str, ...]


DARK = Theme(
    name="dark",
    window="#1E2227",
    base="#15181C",
    raised="#2A3038",
    text="#E4E7EB",
    faint="#9AA3AE",
    accent="#3673B0",
    good="#2FBF8F",
    bad="#FF7B6B",
    curves=(
        "#56B4E9",
        "#E69F00",
        "#009E73",
        "#CC79A7",
        "#D55E00",
        "#2F7FD0",
        "#F0E442",
        "#B0B7C0",
        "#A8DCF5",
        "#AA4499",
    ),
)
LIGHT = Theme(
    name="light",
    window="#F3F4F6",
    base="#FFFFFF",
    raised="#E3E6EA",
    text="#1C2126",
    faint="#58616C",
    accent="#2F6FB0",
    good="#00704F",
    bad="#B3261E",
    curves=(
        "#0072B2",
        "#B85C00",
        "#00704E",
        "#B0478A",
        "#7A1F00",
        "#003C6E",
        "#F06048",
        "#767676",
        "#4B8FBF",
        "#5A2A8A",
    ),
)
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}
_worn = [DARK]


def apply(theme: Theme, application: QApplication) -> None:
    """Dress the application; plots that are made later follow."""
    sheet = _sheet(theme)
    if application.styleSheet() != sheet:
        application.setStyle("Fusion")
        application.setPalette(_palette(theme))
        application.setStyleSheet(sheet)
    _worn.append(theme)
    del _worn[:-1]
    pg.setConfigOptions(background=theme.base, foreground=theme.text, antialias=False)


def worn() -> Theme:
    """Give the theme that the application wears now."""
    return _worn[-1]


def curve_colour(index: int) -> str:
    """Give the colour of curve number `index`, as it is worn now."""
    return worn().curves[index % len(worn().curves)]


def curve_mark(index: int) -> str:
    """Give the shape that goes with the colour of curve number `index`."""
    return MARKS[index % len(MARKS)]


def wide(px: float) -> float:
    """Give the width of a line of `px` logical pixels: Qt counts a plot's in those of the screen."""
    screen = QApplication.primaryScreen()
    return px * (screen.devicePixelRatio() if screen is not None else 1.0)


def curve_pen(index: int, px: float = 1.0, *, dashed: bool = False) -> QPen:
    """Give the pen of curve number `index`; `dashed`: each of the first four in a manner of its own."""
    style = DASHES[index % len(DASHES)] if dashed else Qt.PenStyle.SolidLine
    return pg.mkPen(curve_colour(index), width=wide(px), style=style)


def as_worn(colour: QColor) -> QColor:
    """Give what a colour of any theme is now; other colours, and the opacity, stay."""
    new = QColor(_counterparts().get(colour.name().upper(), colour.name()))
    new.setAlpha(colour.alpha())
    return new


def _counterparts() -> dict[str, str]:
    """Map the colours that plots are drawn in, of every theme, to those of the one that is worn."""
    now = worn()
    pairs = [
        (shade, now.curves[place]) for each in THEMES.values() for place, shade in enumerate(each.curves)
    ]
    return dict(pairs) | {each.text: now.text for each in THEMES.values()}


def faded(colour: str, alpha: int) -> QColor:
    """Give a colour with an opacity of 0 to 255."""
    shade = QColor(colour)
    shade.setAlpha(alpha)
    return shade


def _palette(theme: Theme) -> QPalette:
    roles = QPalette.ColorRole
    colours = {
        roles.Window: theme.window,
        roles.Base: theme.base,
        roles.AlternateBase: theme.window,
        roles.Button: theme.raised,
        roles.Text: theme.text,
        roles.WindowText: theme.text,
        roles.ButtonText: theme.text,
        roles.PlaceholderText: theme.faint,
        roles.ToolTipBase: theme.raised,
        roles.ToolTipText: theme.text,
        roles.Light: theme.raised,
        roles.Midlight: theme.raised,
        roles.Mid: theme.raised,
        roles.Dark: theme.base,
        roles.Highlight: theme.accent,
        roles.HighlightedText: "#FFFFFF",
    }
    palette = QPalette()
    for role, colour in colours.items():
        palette.setColor(role, QColor(colour))
    for role in (roles.Text, roles.WindowText, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.faint))
    return palette


def _sheet(theme: Theme) -> str:
    return f"""
    QGroupBox {{ border: 1px solid {theme.raised}; border-radius: 4px; margin-top: 8px; padding-top: 6px; }}
    QGroupBox::title {{ subcontrol-origin: margin; left: 8px; color: {theme.faint}; }}
    QLabel[role="faint"] {{ color: {theme.faint}; }}
    QLabel[role="invitation"] {{ color: {theme.faint}; background: {theme.base}; padding: 4px; }}
    QLabel[role="big"] {{ font-size: 20px; font-weight: 600; }}
    QPushButton {{ padding: 3px 10px; }}
    QCheckBox::indicator, QListView::indicator {{ width: 12px; height: 12px; border-radius: 3px;
        border: 1px solid {theme.faint}; background: {theme.base}; }}
    QCheckBox::indicator:checked, QListView::indicator:checked {{ background: {theme.accent};
        border-color: {theme.accent}; image: url({TICK}); }}
    QCheckBox::indicator:disabled {{ border-color: {theme.raised}; }}
    QListWidget::item {{ padding: 2px; }}
    QToolBar QToolButton {{ padding: 3px 10px; }}
    QPushButton#abort {{ background: {ABORT}; color: white; font-size: 17px; font-weight: 700;
        padding: 5px 22px; border-radius: 4px; }}
    QPushButton#abort:pressed {{ background: #8E1B20; }}
    QHeaderView::section {{ background: {theme.raised}; color: {theme.text};
        border: none; padding: 3px 6px; }}
    QTabWidget::pane {{ border: 1px solid {theme.raised}; background: {theme.window}; }}
    QDockWidget::title {{ background: {theme.raised}; padding: 3px 8px; }}
    """
