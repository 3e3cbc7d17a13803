"""kill -9 of the dashboard in mid-run: reopened, it shows the state, and the same run is completed."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from lab.dashboard.models.catalogue import INTERRUPTED, scan
from lab.dashboard.models.experiment import State
from lab.store import Run

PROGRAM = """
import sys
import time
from pathlib import Path
from lab.dashboard.models.session import Session

session = Session(Path(sys.argv[1]))
session.bench.connect("sim:nanoring").ended.wait(120)
experiment = session.queue.add("characterise", {"sequences": 2000, "steps": 28, "waveform": False})
shown = 0
while True:
    time.sleep(0.01)
    if experiment.done > shown:
        shown = experiment.done
        print(shown, flush=True)
"""


def killed_run(folder: Path) -> Path:
    child = subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        for line in child.stdout:
            if int(line) >= 20:
                break
        time.sleep(1.5)  # the runner commits within a second
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    (run,) = folder.glob("*.zarr")
    return run


def test_a_killed_run_is_shown_and_completed(session):
    run = killed_run(session.folder)
    (entry,) = scan(session.folder)
    if entry.status == "complete":  # it was faster than the kill
        assert entry.details["rows"]["primary"] == 2000
        return
    assert entry.status == INTERRUPTED
    assert entry.details["rows"]["primary"] > 0
    assert session.bench.connect("sim:nanoring").ended.wait(60)
    rest = session.queue.complete(run)
    end = time.monotonic() + 60
    while rest.state is not State.COMPLETE:
        assert time.monotonic() < end, rest.reason
        time.sleep(0.05)
    np.testing.assert_array_equal(Run.open(run).dataset()["sequence"].values, np.arange(2000))
