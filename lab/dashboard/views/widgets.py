"""Small widgets that several panels use."""

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

import pyqtgraph as pg
from nado_lab.lab.dashboard.views.as_text import as_hint
from nado_lab.lab.dashboard.views.words import sentence
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QBoxLayout,
    QComboBox,
    QGraphicsGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QTableView,
    QTableWidget,
    QTableWidgetItem,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

Layout = TypeVar("Layout", bound=QBoxLayout)
TICK_HALF_PX = 8
"""Half the height of a number at an axis."""


def button(text: str, call: Callable[[], object], hint: str = "") -> QPushButton:
    """Make a push button; `hint` is its tool tip."""
    made = QPushButton(text)
    made.setToolTip(hint)
    made.clicked.connect(lambda: call())
    return made


def menu_button(text: str, offer: Callable[[QMenu], object], hint: str = "") -> QPushButton:
    """Make a button that opens a menu; `offer(menu)` fills it each time."""
    made, menu = QPushButton(text), QMenu()
    made.setToolTip(hint)
    menu.aboutToShow.connect(lambda: (menu.clear(), offer(menu)))
    made.setMenu(menu)
    return made


def row(*parts: QWidget | None) -> QHBoxLayout:
    """Lay widgets side by side; None is a stretch."""
    return _fill(QHBoxLayout(), parts)


def column(*parts: QWidget | None) -> QVBoxLayout:
    """Lay widgets above each other; None is a stretch."""
    return _fill(QVBoxLayout(), parts)


def boxed(layout: QBoxLayout, width: int | None = None) -> QWidget:
    """Make a widget of a layout, perhaps of a fixed width."""
    made = QWidget()
    made.setLayout(layout)
    layout.setContentsMargins(4, 4, 4, 4)
    if width:
        made.setFixedWidth(width)
    return made


def label(text: str = "", role: str = "") -> QLabel:
    """Make a text; role "faint" or "big" changes its look, "line" and "big" never wrap."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setWordWrap(role not in ("big", "line"))
    return made


def counter(value: int, least: int = 1) -> QSpinBox:
    """Make an input of a whole number from `least` to a million."""
    made = QSpinBox()
    made.setRange(least, 1_000_000)
    made.setValue(value)
    return made


def is_typed_into(widget: QWidget) -> bool:
    """Say whether keys go into a widget as text: a search box, a number, an editor."""
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    typed = isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit | QAbstractSpinBox)
    return typed and not widget.isReadOnly()


def table(headings: Sequence[str], stretch: int = 0) -> QTableWidget:
    """Make a read-only table whose column `stretch` takes the room that is left."""
    made = QTableWidget(0, len(headings))
    made.setHorizontalHeaderLabels(list(headings))
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setAlternatingRowColors(True)
    made.setShowGrid(False)
    made.setWordWrap(False)
    made.setTextElideMode(Qt.TextElideMode.ElideRight)
    vertical, header = headers(made)
    vertical.hide()
    vertical.setDefaultSectionSize(21)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
    return made


def headers(view: QTableView) -> tuple[QHeaderView, QHeaderView]:
    """Give the vertical and the horizontal header of a table."""
    vertical, horizontal = view.verticalHeader(), view.horizontalHeader()
    if vertical is None or horizontal is None:
        raise RuntimeError("Qt gave a table without headers")
    return vertical, horizontal


def fill(view: QTableWidget, rows: Sequence[Sequence[object]]) -> None:
    """Put other texts into a table; cells that keep theirs are not touched."""
    view.setRowCount(len(rows))
    for i, values in enumerate(rows):
        for j, value in enumerate(values):
            text, item = str(value), view.item(i, j)
            if item is None:
                view.setItem(i, j, QTableWidgetItem(text))
            elif item.text() != text:
                item.setText(text)
            view.item(i, j).setToolTip(sentence(text) or as_hint(text))  # type: ignore[union-attr]


def plot(title: str, x: tuple[str, str], y: tuple[str, str]) -> pg.PlotWidget:
    """Make a plot with labelled axes, each (label, units)."""
    made = pg.PlotWidget(title=title or None)
    leave_room(made)
    made.setLabel("bottom", x[0], units=x[1])
    made.setLabel("left", y[0], units=y[1])
    made.showGrid(x=True, y=True, alpha=0.15)
    for side, (_, units) in (("bottom", x), ("left", y)):
        made.getAxis(side).enableAutoSIPrefix(bool(units))
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
    made.setMinimumHeight(90)
    return made


def grid_of(item: pg.GraphicsWidget) -> QGraphicsGridLayout:
    """Give the grid that pyqtgraph lays an item's parts out in (it takes the place of Qt's method)."""
    return cast("QGraphicsGridLayout", item.layout)


def leave_room(view: pg.PlotWidget) -> None:
    """Keep the numbers at the upper and right ends of the axes from being cut."""
    grid_of(item_of(view)).setContentsMargins(1, TICK_HALF_PX, 2 * TICK_HALF_PX, 1)


def item_of(view: pg.PlotWidget) -> pg.PlotItem:
    """Give what a plot draws into."""
    if view.plotItem is None:
        raise RuntimeError("the plot was closed")
    return view.plotItem


def agrees(parent: QWidget, title: str, question: str) -> bool:
    """Ask, and wait for yes or no."""
    buttons = QMessageBox.StandardButton
    answer = QMessageBox.question(parent, title, question, buttons.Yes | buttons.No, buttons.No)
    return answer == buttons.Yes


def tell(parent: QWidget, title: str, text: str) -> None:
    """Show a message that does not stop anything else."""
    box = QMessageBox(QMessageBox.Icon.Warning, title, text, QMessageBox.StandardButton.Ok, parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setModal(False)
    box.show()


def _fill(layout: Layout, parts: Sequence[QWidget | None]) -> Layout:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(5)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        else:
            layout.addWidget(part)
    return layout
