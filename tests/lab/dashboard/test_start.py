import os
import signal
import subprocess
import sys
import time

import pytest
from nado_lab.lab.store import Run

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)

PROGRAM = """
import sys
from pathlib import Path
from PyQt6.QtCore import QTimer
from nado_lab.lab.dashboard import start
from nado_lab.lab.dashboard.models.events import BenchOpened

def queue(window):
    window.measure.form.set_values({"sequences": 100000})
    window.measure.queue_it()

def measure(window):
    window.hub.listen(BenchOpened, lambda event: queue(window))  # what is queued before that waits
    return window

make = start.make_window
start.make_window = lambda *given: measure(make(*given))
sys.exit(start.show_dashboard("sim:nanoring", Path(sys.argv[1]), 0))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no polite kill of another process")
def test_a_polite_kill_closes_the_run_and_the_window(tmp_path, wait_for):
    environment = os.environ | {"XDG_CONFIG_HOME": str(tmp_path)}
    child = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path / "runs")], env=environment)
    try:
        wait_for(lambda: list((tmp_path / "runs").glob("*.zarr")), 200)
        time.sleep(0.5)
        child.send_signal(signal.SIGTERM)
        assert child.wait(60) == 0
    finally:
        child.kill()
        child.wait()
    (run,) = (tmp_path / "runs").glob("*.zarr")
    assert Run.open(run).status == "aborted"
