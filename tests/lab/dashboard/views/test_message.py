"""A message of any length moves nothing, and can be read whole."""

import pytest

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)

from nado_lab.lab.dashboard.views.message import Message
from nado_lab.lab.dashboard.views.widgets import boxed, button, column
from PyQt6.QtWidgets import QLabel

LONG = "could not be made safe: supply_x does not answer " * 8


@pytest.mark.parametrize("lines", [1, 2])
def test_buttons_stay_where_they_are(qtbot, lines):
    message, below = Message("short", lines), button("Below", lambda: None)
    box = boxed(column(message, below), 250)
    qtbot.addWidget(box)
    box.show()
    before = below.geometry()
    for text in (LONG, "", "a\nb\nc\nd", "x" * 500):
        message.setText(text)
        qtbot.wait(5)
        assert below.geometry() == before
        assert message.text() == text


def test_what_does_not_fit_stands_in_the_tool_tip(qtbot):
    message = Message("", 2)
    qtbot.addWidget(message)
    message.resize(250, message.height())
    message.show()
    message.setText(LONG)
    shown = QLabel.text(message)
    assert shown.endswith("…")
    assert LONG.startswith(shown.removesuffix(" …"))
    assert len(shown) > 40
    assert message.toolTip() == LONG
    message.setText("short")
    assert (QLabel.text(message), message.toolTip()) == ("short", "")


def test_markup_is_shown_as_it_is(qtbot):
    message = Message("<b>no</b>")
    qtbot.addWidget(message)
    message.resize(300, message.height())
    assert QLabel.text(message) == "<b>no</b>"
