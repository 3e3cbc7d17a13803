"""A legend stands above the curves, never on them, and takes no room without names."""

import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)

from nado_lab.lab.dashboard.views.legend import legend_above
from nado_lab.lab.dashboard.views.widgets import plot


@pytest.mark.parametrize("count", [1, 4, 12])
def test_no_curve_is_covered(qtbot, count):
    view = plot("title", ("x", ""), ("y", ""))
    qtbot.addWidget(view)
    legend = legend_above(view)
    view.resize(500, 300)
    view.show()
    qtbot.wait(20)
    before = view.getViewBox().height()
    for number in range(count):
        view.plot(np.arange(3), name=f"curve {number}")
    qtbot.wait(30)
    below, above = legend.sceneBoundingRect(), view.getViewBox().sceneBoundingRect()
    assert below.height() > 5
    assert below.bottom() <= above.top() + 1
    assert above.height() > 100
    view.clear()
    qtbot.wait(30)
    assert view.getViewBox().height() == pytest.approx(before, abs=2)


def test_the_numbers_at_the_ends_of_the_axes_have_room(qtbot):
    view = plot("", ("x", ""), ("y", ""))
    qtbot.addWidget(view)
    view.resize(300, 200)
    view.show()
    qtbot.wait(20)
    scene = view.sceneBoundingRect() if hasattr(view, "sceneBoundingRect") else view.viewRect()
    box = view.getViewBox().sceneBoundingRect()
    assert box.top() - scene.top() >= 7
    assert scene.right() - box.right() >= 10
