"""Cascade learning against joint training: accuracy on the twin, processor time and memory, 1 to 4 layers.

Each training runs in a process of its own, whose peak of resident memory is compared with that of a
process that only loads the task and the twin.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path
from typing import Any

import network_bench as common
import psutil
from nado_lab.network import Method, TrainSettings, load_task, score_on_twins, train
from nado_lab.twin import load

LAYERS = (1, 2, 3, 4)
SEEDS = (1, 2, 3)


def train_one(twin_path: Path, layers: int, method: str, seed: int, quick: bool) -> dict[str, Any]:
    """Train one network (none for 0 layers) and report accuracy, time and the process's peak memory."""
    task = load_task("temporal-mnist", train=100 if quick else 1500, test=50 if quick else 500, seed=seed)
    twin = load(twin_path)
    report: dict[str, Any] = {"layers": layers, "method": method, "seed": seed}
    if layers:
        nodes, epochs = (2, layers) if quick else (8, 8)
        settings = TrainSettings(nodes=(nodes,) * layers, epochs=epochs, method=Method(method), seed=seed)
        before = time.process_time()
        network = train(task, twin, settings)
        seconds = time.process_time() - before
        report |= {"twin": score_on_twins(network, task, twin), "train_cpu_s": round(seconds, 1)}
    return report | {"peak_mib": round(peak_memory() / 2**20)}


def peak_memory() -> int:
    """Return the largest resident memory of this process so far (bytes), on Linux, Windows and elsewhere.

    On Linux the kernel's ru_maxrss begins with the parent's memory and would hide a small child's own.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * int(status.read_text(encoding="utf-8").partition("VmHWM:")[2].split()[0])
    memory = psutil.Process().memory_info()
    if hasattr(memory, "peak_wset"):
        return memory.peak_wset
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def in_own_process(twin_path: Path, layers: int, method: str, seed: int, quick: bool) -> dict[str, Any]:
    """Run `train_one` in a new process."""
    command = [sys.executable, __file__, "--one", json.dumps([str(twin_path), layers, method, seed, quick])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def measured(options: argparse.Namespace) -> dict[str, list[dict[str, Any]]]:
    """Return a row for each number of layers, method and seed."""
    quick = options.quick
    with tempfile.TemporaryDirectory() as scratch, common.bench() as setup:
        work = options.work or Path(scratch)
        common.fitted_twin(setup, "nanoring10", 28, quick, work)
        path, one = work / "nanoring10.twin", train_one if quick else in_own_process
        before = one(path, 0, "none", 0, quick)["peak_mib"]
        rows = []
        for layers, method, seed in product(
            LAYERS[1:2] if quick else LAYERS, Method, options.seeds or (SEEDS[:1] if quick else SEEDS)
        ):
            row = one(path, layers, method.value, seed, quick)
            rows.append(common.told(row | {"training_mib": row["peak_mib"] - before}))
    return {"network": rows}


def main() -> None:
    """Print a row for each method, number of layers and seed, and the mean and spread over seeds."""
    options = common.options_of(__doc__, one={"help": "used by the benchmark itself"})
    if options.one:
        path, layers, method, seed, quick = json.loads(options.one)
        print(json.dumps(train_one(Path(path), layers, method, seed, quick)))
        return
    rows = common.gathered(options, lambda: measured(options))
    keys = ("twin", "train_cpu_s", "training_mib")
    summary = common.summarised(rows["network"], ("layers", "method"), keys)
    common.show(rows | {"summary": summary}, options.json)


if __name__ == "__main__":
    main()
