"""Start the application with its window."""

import os
import signal
import sys
from pathlib import Path

os.environ.setdefault("QT_API", "pyqt6")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PyQt6")

from nado_lab.lab.dashboard.models.bench import PATIENCE_S
from nado_lab.lab.dashboard.models.session import Session
from nado_lab.lab.dashboard.window import Dashboard
from PyQt6.QtCore import QSettings
from PyQt6.QtWidgets import QApplication

SWITCH_S = 0.002


def application() -> QApplication:
    """Give the one QApplication, made if need be."""
    found = QApplication.instance()
    made = found if isinstance(found, QApplication) else QApplication(["nado"])
    made.setApplicationName("NADO-Lab")
    made.setOrganizationName("nado-lab")
    return made


def make_window(folder: Path, settings: QSettings, patience_s: float = PATIENCE_S) -> Dashboard:
    """Make the window over a folder of runs; computing threads hand the interpreter over quickly.

    Abort waits `patience_s` for the bench's own thread before it goes past it.
    """
    sys.setswitchinterval(SWITCH_S)
    return Dashboard(Session(folder, patience_s), settings)


def show_dashboard(setup: str | None, folder: Path, seed: int) -> int:
    """Show the window until it is closed; give the exit status."""
    app = application()
    window = make_window(folder, QSettings())
    if setup:
        window.setup.choice.setEditText(setup)
        window.setup.seed.setValue(seed)
        window.setup.connect_bench()
    window.show()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: window.leave())
    return app.exec()
