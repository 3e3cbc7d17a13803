"""Kill the loop (SIGKILL) once in every stage and at random moments of the whole, and compare.

A loop that is left alone says how long each of its stages takes. Then the same loop is started again and
again and killed at moments drawn uniformly over that time, and once in the middle of every stage, in order,
until all are spent; then it is left to finish. Result, lineage and every stored number must be those of the
loop that was left alone, and no committed row may change. The second part does the same, with fewer kills,
on a bench that is served over TCP and outlives the loop: after each kill its field must come to zero.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from nado_lab.lab.compose import served_setup
from nado_lab.lab.loop.closed_loop import run_loop
from nado_lab.lab.loop.config import load_config
from nado_lab.lab.store import Run, StoreError

CONFIG = """
setup = "SETUP"
seed = 1
[task]
name = "mackey-glass"
options = { train = 30, test = 12, steps = 12, washout = 4 }
[network]
nodes = [3]
epochs = 3
[measure]
sequences = 60
more = 20
choose = "disagreement"
ensemble = 2
[twin]
mean_steps = 30
score_steps = 10
members = 2
recalibrate_steps = 20
[refine]
epochs = 2
device_examples = 8
device_batch = 4
[drift]
probe_every = 4
compensate_every = 20
compensate_sequences = 6
recalibrate_above = 1e-9
stop_above = 1e9
[budget]
rounds = 1
"""
STAGES = [f"round 0: {stage}" for stage in ("measure", "fit", "train", "deploy", "compare")]
STAGES += [f"round 1: {stage}" for stage in ("measure", "recalibrate", "refine", "deploy", "compare")]
SAFE_WITHIN_S = 15.0
MOST_S = 180.0


class Watched:
    """A loop in a process of its own, and the moments at which its stages began."""

    def __init__(self, file: Path, out: Path) -> None:
        command = [sys.executable, "-m", "nado_lab", "loop", str(file), "--out", str(out)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.began: dict[str, float] = {}
        self.said: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stderr or ():
            self.said.append(line)
            label = line.removesuffix(" ...\n")
            if label in STAGES:
                self.began[label] = time.monotonic()

    def reached(self) -> str:
        """Name the last stage that began."""
        return max(self.began, key=lambda label: self.began[label], default="before the first stage")

    def kill_at(self, stage: str, after_s: float) -> str:
        """Kill it so long after a stage began, or in a later stage; say in which (empty: it was done)."""
        later = STAGES[STAGES.index(stage) :]
        end = time.monotonic() + MOST_S
        while self.process.poll() is None and time.monotonic() < end:
            begun = [label for label in later if label in self.began]
            if begun and (begun != [stage] or time.monotonic() - self.began[stage] >= after_s):
                self.process.kill()
                self.process.wait()
                return self.reached()
            time.sleep(0.005)
        return ""


def durations(file: Path, out: Path) -> dict[str, float]:
    """Run a loop to its end and measure its stages in s."""
    alone = Watched(file, out)
    if alone.process.wait() != 0:
        raise SystemExit("the loop failed: " + "".join(alone.said[-5:]))
    ended = time.monotonic()
    moments = [*(alone.began[stage] for stage in STAGES), ended]
    return {stage: moments[i + 1] - moments[i] for i, stage in enumerate(STAGES)}


def moments(stages: dict[str, float], kills: int, seed: int) -> list[tuple[str, float]]:
    """Choose when to kill: the middle of every stage, and uniformly over the whole; in order of time."""
    chance, starts, total = random.Random(seed), {}, 0.0
    for stage, seconds in stages.items():
        starts[stage] = total
        total += seconds
    drawn = [starts[stage] + seconds / 2 for stage, seconds in stages.items()]
    drawn += [chance.uniform(0, total) for _ in range(kills)]
    found = []
    for moment in sorted(drawn):
        stage = max((s for s in starts if starts[s] <= moment), key=lambda s: starts[s])
        found.append((stage, moment - starts[stage]))
    return found


def committed(out: Path) -> dict[str, tuple[str, np.ndarray]]:
    """Read run id and committed readouts of every run below a folder."""
    found = {}
    for path in out.rglob("*.zarr"):
        try:
            run = Run.open(path)
            rows = run.dataset()["readout"].values
        except StoreError:
            continue  # killed before its first commit
        found[path.relative_to(out).as_posix()] = (run.metadata.run_id, rows)
    return found


def lineage(out: Path) -> dict[str, list[str]]:
    """Say which runs every run follows from, by their paths."""
    runs = {path.relative_to(out).as_posix(): Run.open(path).metadata for path in out.rglob("*.zarr")}
    names = {metadata.run_id: name for name, metadata in runs.items()}
    return {name: [names[run] for run in metadata.lineage] for name, metadata in runs.items()}


def changed(before: dict[str, Any], after: dict[str, Any]) -> int:
    """Count the runs that were begun anew, or whose committed rows are others now."""
    return sum(
        name not in after or after[name][0] != run_id or not np.array_equal(after[name][1][: len(rows)], rows)
        for name, (run_id, rows) in before.items()
        if len(rows)
    )


def is_safe(server: Any) -> bool:
    """Wait for the supervisor to bring a served bench to zero field with its sources off."""
    end = time.monotonic() + SAFE_WITHIN_S
    while time.monotonic() < end:
        if not server.bench.world.field().any() and not server.bench.world.sources_on():
            return True
        time.sleep(0.05)
    return False


def killed_often(file: Path, out: Path, plan: list[tuple[str, float]], server: Any = None) -> dict[str, Any]:
    """Start the loop and kill it at each planned moment, in order."""
    hits: list[str] = []
    bad, unsafe = 0, 0
    for stage, after_s in plan:
        before = committed(out)
        hit = Watched(file, out).kill_at(stage, after_s)
        if not hit:
            break
        hits.append(hit)
        print(f"{len(hits)} kills: {hit} (planned: {stage} + {after_s:.2f} s)", file=sys.stderr, flush=True)
        bad += changed(before, committed(out))
        unsafe += int(server is not None and not is_safe(server))
    found = {"kills": len(hits), "stages": {hit: hits.count(hit) for hit in hits}, "committed_changed": bad}
    return found if server is None else found | {"field_not_zero": unsafe}


def in_process(folder: Path, kills: int) -> dict[str, Any]:
    """Kill a loop on a simulated bench that dies with it: all must be as if it had been left alone."""
    file, alone, out = folder / "loop.toml", folder / "alone", folder / "killed"
    file.write_text(CONFIG.replace("SETUP", "sim:nanoring"), encoding="utf-8")
    stages = durations(file, alone)
    report = killed_often(file, out, moments(stages, kills, seed=0))
    result = run_loop(load_config(file), out).to_json()
    whole = json.loads((alone / "loop.json").read_text(encoding="utf-8"))
    for each in (result, whole):
        for row in each["rounds"]:
            row.pop("runs")
    one, two = committed(alone), committed(out)
    return report | {
        "stage_s": {stage: round(seconds, 2) for stage, seconds in stages.items()},
        "result_equal": json.loads(json.dumps(result)) == whole,
        "lineage_equal": lineage(alone) == lineage(out),
        "readouts_equal": one.keys() == two.keys()
        and all(np.array_equal(one[name][1], two[name][1]) for name in one),
    }


def served(folder: Path, kills: int) -> dict[str, Any]:
    """Kill a loop on a bench that outlives it: the supervisor must make the bench safe, every time."""
    with served_setup("sim:nanoring", host="127.0.0.1", port=0, specimen=1) as (server, toml):
        setup, file = folder / "served.toml", folder / "served-loop.toml"
        setup.write_text(toml, encoding="utf-8")
        file.write_text(CONFIG.replace("SETUP", setup.as_posix()), encoding="utf-8")
        stages = durations(file, folder / "served-alone")
        report = killed_often(file, folder / "served", moments(stages, kills, seed=1), server)
        last = Watched(file, folder / "served")
        finished = last.process.wait() == 0
        equal = lineage(folder / "served-alone") == lineage(folder / "served") if finished else False
        return report | {"finished": finished, "lineage_equal": equal, "safe_at_the_end": is_safe(server)}


def main() -> None:
    """Print what the kills did to the loop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="only the kills in the middle of the stages")
    parser.add_argument("--kills", type=int, default=50, help="at random, beside one in every stage")
    parser.add_argument("--served", type=int, default=10, help="at random on the served bench, likewise")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        report = {"in_process": in_process(Path(scratch), 0 if options.quick else options.kills)}
        if not options.quick:
            report["served"] = served(Path(scratch), options.served)
    print(json.dumps(report, indent=2) if options.json else report)


if __name__ == "__main__":
    main()
