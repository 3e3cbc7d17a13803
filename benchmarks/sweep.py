"""A sweep of small fits on one and on two local workers; a killed worker; a scheduler of its own over TCP.

Speed is counted between the first and the last row that came (starting workers costs the same few seconds
whatever their number). The three tables must be equal. Needs the extra `scale`, and two free cores.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.sweeps import SweepConfig, SweepOptions, run_sweep
from nado_lab.observer import Progress


def config(fits: int, steps: int) -> SweepConfig:
    """Plan `fits` fits of one run that differ in their seed."""
    return SweepConfig.model_validate(
        {
            "measure": {
                "protocol": "characterise",
                "setup": "sim:nanoring",
                "parameters": {"sequences": 40, "steps": 8, "waveform": False},
            },
            "twin": {"mean_steps": steps, "score_steps": steps // 2},
            "grid": {"twin.seed": list(range(fits))},
        }
    )


def sweep(wanted: SweepConfig, out: Path, options: SweepOptions, kill: bool = False) -> dict[str, Any]:
    """Run one sweep; return its wall seconds, rows a second between first and last row, and its table."""
    killed: list[float] = []

    class Killer(Observer):
        def progress(self, progress: Progress) -> None:
            """Kill a worker once."""
            if kill and progress.share >= 0.3 and not killed:
                killed.append(progress.share)
                kill_one_worker()

    started = time.perf_counter()
    report = run_sweep(wanted, out, options, Killer())
    wall = time.perf_counter() - started
    ended = sorted(json.loads(file.read_text())["ended"] for file in (out / "rows").glob("*.json"))
    return {
        "wall_s": wall,
        "rows_per_s": (len(ended) - 1) / (ended[-1] - ended[0]),
        "failed": report.failed,
        "table": (out / "table.jsonl").read_text(encoding="utf-8"),
    }


def kill_one_worker() -> None:
    """Kill a worker process of this process's local cluster."""
    children = psutil.Process().children(recursive=True)
    [each for each in children if any("spawn_main" in word for word in _command(each))][-1].kill()


def _command(process: psutil.Process) -> list[str]:
    """Return the words of a process' command; none of one that has ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@contextmanager
def scheduler(folder: Path) -> Iterator[str]:
    """Run a Dask scheduler and two workers as processes of their own; give the address."""
    file = folder / "scheduler.json"
    modules = ["dask_scheduler", "dask_worker", "dask_worker"]
    started = []
    for module in modules:
        extra = ["--port", "0"] if module == "dask_scheduler" else ["--nthreads", "1", "--no-nanny"]
        command = [sys.executable, "-m", f"distributed.cli.{module}", *extra, "--no-dashboard"]
        started.append(subprocess.Popen([*command, "--scheduler-file", str(file)], stderr=subprocess.DEVNULL))
        while not file.exists():
            time.sleep(0.1)
    try:
        yield json.loads(file.read_text())["address"]
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def measure(fits: int, steps: int) -> dict[str, Any]:
    """Run the sweeps of this benchmark; return their figures."""
    wanted = config(fits, steps)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        load = psutil.getloadavg()[0]
        one = sweep(wanted, root / "one", SweepOptions(workers=1))
        two = sweep(wanted, root / "two", SweepOptions(workers=2))
        killed = sweep(wanted, root / "killed", SweepOptions(workers=2), kill=True)
        with scheduler(root) as address:
            tcp = sweep(wanted, root / "tcp", SweepOptions(scheduler=address))
    tables = {each.pop("table") for each in (one, two, killed, tcp)}
    return {
        "fits": fits,
        "speed_of_two_workers": two["rows_per_s"] / one["rows_per_s"],
        "tables_equal": len(tables) == 1,
        "load_at_start": load,
        "one_worker": one,
        "two_workers": two,
        "one_of_two_killed": killed,
        "tcp": tcp,
    }


def main() -> None:
    """Print the figures of 32 fits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="4 fits of a few steps")
    chosen = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    found = measure(4, 4) if chosen.quick else measure(32, 150)
    if chosen.json:
        print(json.dumps(found, indent=2))
        return
    print(f"two workers: {found['speed_of_two_workers']:.2f} times one, over {found['fits']} fits")
    print(f"tables equal: {found['tables_equal']}; load at the start {found['load_at_start']:.1f}")


if __name__ == "__main__":
    main()
