"""kill -9 of the dashboard in mid-run: reopened, it shows the state, and the same run is completed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
from nado_lab.lab.dashboard.models.catalogue import INTERRUPTED, scan
from nado_lab.lab.dashboard.models.experiment import State
from nado_lab.lab.store import Run

PROGRAM = """
import sys
import time
from pathlib import Path
from nado_lab.lab.dashboard.models.session import Session

session = Session(Path(sys.argv[1]))
session.bench.connect("sim:nanoring").ended.wait(120)
experiment = session.queue.add("characterise", {"sequences": 1500, "steps": 28, "waveform": False})
shown = 0
while True:
    time.sleep(0.01)
    if experiment.done > shown:
        shown = experiment.done
        print(shown, flush=True)
"""


def killed_run(folder: Path, wait_for) -> Path:
    child = subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        for line in child.stdout:
            if int(line) >= 20:
                break
        (run,) = folder.glob("*.zarr")
        wait_for(lambda: Run.open(run).rows() > 0)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    return run


def test_a_killed_run_is_shown_and_completed(session, wait_for):
    run = killed_run(session.folder, wait_for)
    (entry,) = scan(session.folder)
    assert entry.status == INTERRUPTED
    assert entry.rows > 0
    assert session.bench.connect("sim:nanoring").ended.wait(150)
    rest = session.queue.complete(run)
    wait_for(lambda: rest.state is State.COMPLETE)
    np.testing.assert_array_equal(Run.open(run).dataset()["sequence"].values, np.arange(1500))
