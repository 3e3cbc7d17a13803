"""Names from outside are shown as they are: no view of the window reads them as HTML."""

import re
from pathlib import Path

import pytest
from nado_lab.lab import dashboard
from nado_lab.lab.dashboard.models.live import Signal
from nado_lab.lab.dashboard.models.trace import Trace
from nado_lab.lab.dashboard.views.as_text import as_hint
from nado_lab.lab.dashboard.views.trace_plot import TracePlot
from nado_lab.lab.dashboard.views.widgets import fill, label, table, tell
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QTextDocument
from PyQt6.QtWidgets import QMessageBox, QWidget

EVIL = '<img src="file:///etc/passwd"><b>R & D</b>'


def seen(html: str) -> str:
    """Give the text that somebody sees of what Qt takes for HTML."""
    document = QTextDocument()
    document.setHtml(html)
    return document.toPlainText()


def test_labels_messages_and_hints(qtbot):
    view, parent = table(["run"]), QWidget()
    for widget in (view, parent):
        qtbot.addWidget(widget)
    assert label(EVIL).textFormat() == Qt.TextFormat.PlainText
    fill(view, [[EVIL], ["R & D < 3"]])
    assert view.item(0, 0).text() == EVIL
    assert seen(view.item(0, 0).toolTip()) == EVIL
    assert seen(view.item(1, 0).toolTip()) == "R & D < 3"
    tell(parent, "title", EVIL)
    (box,) = parent.findChildren(QMessageBox)
    assert box.textFormat() == Qt.TextFormat.PlainText


@pytest.fixture
def plot(qtbot):
    """Give a plot that outlives the events after the test: Qt crashes where Python lets go of it before."""
    made = TracePlot("readout")
    qtbot.addWidget(made)
    made.set_signals([Signal(EVIL, "V", Trace(100))])
    return made


def test_axes_and_legends(plot):
    (text,) = [item.text for _, item in plot.legend.items]
    assert seen(text) == EVIL


@pytest.mark.parametrize("kind", ["QLabel", "setHtml"])
def test_no_other_place_makes_texts_that_may_be_html(kind):
    """`label` of widgets.py is plain; the few others show texts of the program's own."""
    own = {"widgets.py", "form.py", "hints.py", "safety.py"}
    folder = Path(dashboard.__file__).parent
    found = {path.name for path in folder.rglob("*.py") if re.search(rf"\b{kind}\(", path.read_text("utf-8"))}
    assert found <= own


def test_a_plain_hint_stays_as_it_is():
    assert as_hint("a & b") == "a & b"
    assert seen(as_hint("a < b & c\nd")) == "a < b & c\nd"
