"""The dashboard's tests run unseen, against the simulated bench; NADO_REAL_WINDOW=1 shows the windows."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if not os.environ.get("NADO_REAL_WINDOW"):
    os.environ["QT_QPA_PLATFORM"] = "offscreen"


PATIENCE_S = 20.0  # a busy machine is no bench that hangs


@pytest.fixture
def session(tmp_path: Path) -> Iterator:
    from nado_lab.lab.dashboard.models.session import Session

    made = Session(tmp_path / "runs", PATIENCE_S)
    yield made
    made.close()


@pytest.fixture
def wait_for() -> Callable[..., None]:
    """Give a function that waits until a condition holds, or fails."""

    def wait(condition: Callable[[], object], seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.005)

    return wait


@pytest.fixture
def window(qtbot, tmp_path: Path) -> Iterator:
    from nado_lab.lab.dashboard.start import make_window
    from PyQt6.QtCore import QSettings

    settings = QSettings(str(tmp_path / "layout.ini"), QSettings.Format.IniFormat)
    made = make_window(tmp_path / "runs", settings, PATIENCE_S)
    qtbot.addWidget(made, before_close_func=lambda w: w.session.close())
    made.show()
    yield made
    made.hub.stop()
