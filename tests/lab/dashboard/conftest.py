"""The dashboard's tests run unseen, against the simulated bench; without Qt's libraries they are skipped."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.dashboard import missing_packages

if not os.environ.get("NADO_REAL_WINDOW"):
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
MISSING = missing_packages()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    skip = pytest.mark.skip(reason=f"Qt needs system libraries: {', '.join(MISSING)}")
    for item in items:
        if MISSING and here in item.path.parents:
            item.add_marker(skip)


@pytest.fixture
def session(tmp_path: Path) -> Iterator:
    from lab.dashboard.models.session import Session

    made = Session(tmp_path / "runs", patience_s=1.0)
    yield made
    made.close()


@pytest.fixture
def window(qtbot, tmp_path: Path) -> Iterator:
    from PyQt6.QtCore import QSettings

    from lab.dashboard.start import make_window

    settings = QSettings(str(tmp_path / "layout.ini"), QSettings.Format.IniFormat)
    made = make_window(tmp_path / "runs", settings)
    qtbot.addWidget(made, before_close_func=lambda w: w.session.close())
    made.show()
    yield made
    made.hub.stop()
