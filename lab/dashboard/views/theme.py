"""Colours: dark and light, and palettes that colour-blind people can tell apart (Okabe and Ito 2008)."""

from dataclasses import dataclass
from pathlib import Path

import pyqtgraph as pg
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QApplication

CURVES = (
    "#56B4E9",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#D55E00",
    "#0072B2",
    "#B5A900",
    "#999999",
    "#88CCEE",
    "#AA4499",
)
SEQUENTIAL = "cividis"
DIVERGING = "CET-CBD1"
TICK = (Path(__file__).parent / "tick.png").as_posix()
ABORT = "#C1272D"


@dataclass(frozen=True)
class Theme:
    """The colours of one look; every text on every ground has a contrast of 4.5 : 1 or more (WCAG 2.1)."""

    name: str
    window: str
    base: str
    raised: str
    text: str
    faint: str
    accent: str
    good: str
    bad: str


DARK = Theme(
    "dark", "#1E2227", "#15181C", "#2A3038", "#E4E7EB", "#9AA3AE", "#3673B0", good="#2FBF8F", bad="#FF7B6B"
)
LIGHT = Theme(
    "light", "#F3F4F6", "#FFFFFF", "#E3E6EA", "#1C2126", "#58616C", "#2F6FB0", good="#00704F", bad="#B3261E"
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
    """Give the colour of curve number `index`."""
    return CURVES[index % len(CURVES)]


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
