import numpy as np
import pytest
from nado_lab.lab.dashboard.models.simulation import Levels

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)


def test_levels_are_a_bar_a_device_and_a_plot_a_state(qtbot):
    from nado_lab.lab.dashboard.views.microstates import LevelsView

    view = LevelsView()
    qtbot.addWidget(view)
    view.show_picture(Levels({"w": (np.array([0.1, 0.4]), ""), "g": (np.array([1e-3, 2e-3]), "S")}))
    assert list(view.bars) == ["w", "g"]
    view.show_picture(Levels({"w": (np.array([0.2, 0.5]), ""), "g": (np.array([1e-3, 2e-3]), "S")}))
    assert view.bars["w"].opts["height"].tolist() == [0.2, 0.5]
    view.show_picture(Levels({"level": (np.array([1.0]), "V")}))
    assert list(view.bars) == ["level"]
