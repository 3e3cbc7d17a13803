"""kill -9 of the real window, in mid-field, over TCP: the bench is made safe and the run is there."""

import os
import subprocess
import sys

import numpy as np
import pytest
from nado_lab.instruments import load_setup
from nado_lab.lab.dashboard.models.catalogue import INTERRUPTED, scan
from nado_lab.lab.store import Run
from nado_lab.sim_backend import WallClock, open_bench, serve

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)
pytestmark = pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")

PROGRAM = """
import sys
from pathlib import Path
from nado_lab.lab.dashboard import start
from nado_lab.lab.dashboard.models.events import BenchOpened

def queue(window):
    window.measure.form.set_values({"sequences": 400, "steps": 20})
    window.measure.queue_it()

def measure(window):
    window.hub.listen(BenchOpened, lambda event: queue(window))  # what is queued before that waits
    return window

make = start.make_window
start.make_window = lambda *given: measure(make(*given))
sys.exit(start.show_dashboard(sys.argv[1], Path(sys.argv[2]), 0))
"""


@pytest.fixture
def bench(tmp_path):
    opened = open_bench("nanoring", clock=WallClock())
    with serve(opened) as server:
        config = load_setup("sim:nanoring").with_addresses(server.addresses(), "@py")
        short = config.timing.model_copy(update={"max_burst_s": 1.0})
        config = config.model_copy(update={"timing": short})
        (tmp_path / "bench.toml").write_text(config.to_toml(), encoding="utf-8")
        yield opened
    opened.close()


def field(bench) -> float:
    with bench.visa_library.lock:
        bench.world.advance()
        return float(np.linalg.norm(bench.world.field()))


def is_safe(bench) -> bool:
    return field(bench) < 1e-6 and not bench.world.sources_on()


def test_the_bench_is_made_safe_and_the_run_is_shown_when_the_window_is_killed(
    bench, tmp_path, session, wait_for
):
    setup, runs = str(tmp_path / "bench.toml"), session.folder
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, setup, str(runs)], env=os.environ | {"XDG_CONFIG_HOME": str(tmp_path)}
    )
    try:
        wait_for(lambda: field(bench) > 1e-3 or child.poll() is not None)
        (run,) = runs.glob("*.zarr")
        wait_for(lambda: Run.open(run).rows() > 0 and field(bench) > 1e-3)
    finally:
        child.kill()
        child.wait()
    wait_for(lambda: is_safe(bench), 5.0)
    (entry,) = scan(runs)
    assert (entry.status, entry.path) == (INTERRUPTED, run)
    assert entry.rows == Run.open(run).dataset().sizes["trial"] > 0
    assert np.isfinite(Run.open(run).dataset()["readout"].values).all()
    assert session.bench.connect(setup).ended.wait(60)
    assert session.bench.is_open
    assert is_safe(bench)
