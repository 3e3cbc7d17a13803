import pytest

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)

from nado_lab.lab.dashboard.views.hints import Hint
from nado_lab.lab.dashboard.views.widgets import fill, table


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
