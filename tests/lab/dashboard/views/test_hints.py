import pytest

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)

from nado_lab.lab.dashboard.views.hints import Hint, Invitation
from nado_lab.lab.dashboard.views.widgets import fill, table
from PyQt6.QtWidgets import QWidget


def test_an_empty_table_says_what_to_do_until_it_has_a_row(qtbot):
    view = table(["a"])
    qtbot.addWidget(view)
    hint = Hint(view, "Press Connect.")
    view.resize(300, 200)
    view.show()
    assert hint.isVisible()
    fill(view, [["x"]])
    assert not hint.isVisible()
    fill(view, [])
    assert hint.isVisible()
    assert hint.width() > 200


def test_its_button_does_what_it_says(qtbot):
    pressed = []
    view = table(["a"])
    qtbot.addWidget(view)
    hint = Hint(view, "Nothing here.", ("Connect", lambda: pressed.append(1)))
    view.resize(300, 200)
    view.show()
    assert hint.button.text() == "Connect"
    hint.button.click()
    assert pressed == [1]


def test_an_invitation_keeps_to_its_widget_and_can_change(qtbot):
    pressed = []
    under = QWidget()
    qtbot.addWidget(under)
    under.resize(300, 200)
    invitation = Invitation(under, "First connect.", ("Connect", lambda: pressed.append("connect")))
    under.show()
    under.resize(500, 400)
    assert invitation.width() > 310
    invitation.offer("Then measure.", ("Measure", lambda: pressed.append("measure")))
    invitation.button.click()
    assert (invitation.text.text(), pressed) == ("Then measure.", ["measure"])
    invitation.hide()
    assert not invitation.isVisible()
