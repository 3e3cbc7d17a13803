"""Measure without a break, queue experiments, and look whether memory, open files and threads stay flat.

    python -m benchmarks.soak --json [--minutes 10 --experiments 100]

Each figure is taken after every run; the slope is that of the second half, in units an hour. The exit status
is 0 only if each slope lies below its limit and no temporary file was left.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.store import Status
from nado_lab.lab.workflow.measure import MeasureRequest, measure
from nado_lab.lab.workflow.queue import QueuedRun, run_queue

MOST_AN_HOUR = {"memory_mb": 120.0, "files": 6.0, "threads": 6.0}
SETUP = "sim:nanoring"
PARAMETERS = {"sequences": 10, "steps": 3, "waveform": False}


def figures() -> dict[str, float]:
    """Count what the process holds."""
    gc.collect()
    process = psutil.Process()
    files = process.num_fds() if hasattr(process, "num_fds") else process.num_handles()
    return {
        "at_s": time.monotonic(),
        "memory_mb": process.memory_info().rss / 2**20,
        "files": float(files),
        "threads": float(process.num_threads()),
    }


def measured_on(folder: Path, minutes: float) -> list[dict[str, float]]:
    """Measure one run after the other."""
    seen, end = [figures()], time.monotonic() + 60 * minutes
    while time.monotonic() < end:
        run = folder / f"run{len(seen)}"
        done = measure(MeasureRequest("characterise", run, SetupSource(SETUP), PARAMETERS))
        assert done.run.status is Status.COMPLETE
        seen.append(figures())
    return seen


def queued(folder: Path, experiments: int) -> list[dict[str, float]]:
    """Run queues of experiments, two at a time."""
    seen = [figures()]
    for start in range(0, experiments, 2):
        wanted = [
            QueuedRun(protocol="hysteresis", setup=SETUP, out=folder / f"q{n}", parameters={"points": 3})
            for n in range(start, min(start + 2, experiments))
        ]
        assert all(each.status == "complete" for each in run_queue(wanted))
        seen.append(figures())
    return seen


def slopes(seen: list[dict[str, float]]) -> dict[str, float]:
    """Return what each figure grows by in an hour, over the second half."""
    half = seen[len(seen) // 2 :]
    hours = np.array([each["at_s"] for each in half]) / 3600
    if len(half) < 3:
        raise SystemExit("too few runs to tell a slope: give more --minutes or --experiments")
    return {name: float(np.polyfit(hours, [each[name] for each in half], 1)[0]) for name in MOST_AN_HOUR}


def part(work: Callable[[], list[dict[str, float]]]) -> dict[str, Any]:
    """Do one part; return its curves and slopes."""
    seen = work()
    begun = seen[0]["at_s"]
    curves = {name: [round(each[name], 1) for each in seen] for name in MOST_AN_HOUR}
    found = slopes(seen)
    flat = all(found[name] <= most for name, most in MOST_AN_HOUR.items())
    times = [round(each["at_s"] - begun, 1) for each in seen]
    return {"runs": len(seen) - 1, "an_hour": found, "flat": flat, "at_s": times, "curves": curves}


def main() -> int:
    """Soak, and print the curves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--experiments", type=int, default=100)
    parser.add_argument("--quick", action="store_true", help="half a minute, ten experiments")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    minutes, experiments = (0.5, 10) if options.quick else (options.minutes, options.experiments)
    scratch = Path(tempfile.gettempdir())
    with tempfile.TemporaryDirectory() as name:
        before = {path.name for path in scratch.glob("nado-*")}
        report: dict[str, Any] = {
            "measuring": part(lambda: measured_on(Path(name), minutes)),
            "queue": part(lambda: queued(Path(name), experiments)),
        }
        left = sorted({path.name for path in scratch.glob("nado-*")} - before - {"nado-lab-locks"})
    report["left_in_temp"] = left
    report["passed"] = report["measuring"]["flat"] and report["queue"]["flat"] and not left
    print(json.dumps(report, indent=None if options.json else 2))
    return 0 if report["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
