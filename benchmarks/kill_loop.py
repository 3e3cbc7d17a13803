"""Kill the loop (SIGKILL) at random moments until it gets through, and compare with a loop left alone.

Reports the kills, the stages they hit, and whether the result, every stored readout and every committed row
are those of the loop that was never stopped.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from lab.errors import LabError
from lab.loop.closed_loop import run_loop
from lab.loop.config import load_config
from lab.store import Run, StoreError

CONFIG = """
setup = "sim:nanoring"
seed = 1
[task]
name = "mackey-glass"
options = { train = 60, test = 30, steps = 20, washout = 5 }
[network]
nodes = [4]
epochs = 3
[measure]
sequences = 200
more = 60
[twin]
mean_steps = 10
score_steps = 5
members = 2
recalibrate_steps = 5
[refine]
epochs = 1
device_examples = 20
device_batch = 5
[drift]
probe_every = 10
[budget]
rounds = 1
[tolerance]
nrmse = 1e-9
"""


def committed(out: Path) -> dict[str, np.ndarray]:
    """Read the committed readouts of every run that can be opened."""
    found = {}
    for path in out.rglob("*.zarr"):
        try:
            found[path.relative_to(out).as_posix()] = Run.open(path).dataset()["readout"].values
        except (StoreError, LabError):
            found[path.relative_to(out).as_posix()] = np.empty(0)
    return found


def reached(out: Path) -> str:
    """Name the stage that was under way."""
    rounds = sorted(out.glob("round*/round.json"))
    if not rounds:
        return "0 measure"
    last = json.loads(rounds[-1].read_text(encoding="utf-8"))
    stages = list(last["stages"])
    return f"after {last['round']} {stages[-1]}"


def kill_until_done(file: Path, out: Path, kills: int, longest_s: float, seed: int) -> dict[str, Any]:
    """Start the loop and kill it, at most `kills` times; then let it finish."""
    chance = random.Random(seed)
    command = [sys.executable, "-m", "lab", "loop", str(file), "--out", str(out)]
    hits: list[str] = []
    changed = 0
    while len(hits) < kills and not (out / "loop.json").exists():
        before = committed(out)
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            process.stderr.readline()  # the first stage has begun
            time.sleep(chance.uniform(0, longest_s))
            if process.poll() is None:
                process.kill()
                process.wait()
                hits.append(reached(out))
        after = committed(out)
        changed += sum(not np.array_equal(after[name][: len(rows)], rows) for name, rows in before.items())
    return {"kills": len(hits), "stages": {hit: hits.count(hit) for hit in hits}, "runs_changed": changed}


def main() -> None:
    """Print what the kills did to the loop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="three kills")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--longest", type=float, default=3.0, help="s from the first stage to a kill")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        file = folder / "loop.toml"
        file.write_text(CONFIG, encoding="utf-8")
        config = load_config(file)
        alone = run_loop(config, folder / "alone", lambda *_: None)
        kills = 3 if options.quick else options.kills
        report = kill_until_done(file, folder / "killed", kills, options.longest, seed=0)
        result = run_loop(config, folder / "killed", lambda *_: None)
        one, two = committed(folder / "alone"), committed(folder / "killed")
        report["readouts_equal"] = one.keys() == two.keys() and all(
            np.array_equal(one[name], two[name]) for name in one
        )
        report["gaps_equal"] = [row["gap"] for row in alone["rounds"]] == [
            row["gap"] for row in result["rounds"]
        ]
    print(json.dumps(report, indent=2) if options.json else report)


if __name__ == "__main__":
    main()
