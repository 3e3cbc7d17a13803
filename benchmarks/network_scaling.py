"""Time and memory of a training step against nodes, layers and steps of a trial.

The twin is not fitted: its size is that of a fitted one, and time does not depend on its weights.
"""

import json
import subprocess
import sys
import time
from itertools import pairwise
from typing import Any

import network_bench as common
import torch
from cascade import peak_memory
from nado_lab.network import Examples, Metric, Task, TrainSettings
from nado_lab.network.build import build
from nado_lab.network.training.bptt import train_through_twins
from nado_lab.observer import Observer, Progress
from nado_lab.twin import ModelSpec, Twin

BASE = {"nodes": 16, "layers": 1, "steps": 28, "batch": 100}
SWEEPS = {"nodes": (16, 64, 256, 1000), "layers": (1, 2, 3, 4), "steps": (14, 28, 56, 112)}


def untrained_twin(seed: int = 0) -> Twin:
    """Return a twin of the size that `twin.fit` gives a nanoring array, with small random weights."""
    torch.manual_seed(seed)
    spec = ModelSpec(
        ports=1, channels=10, components=10, hidden=32, drive_lags=2, sources=4, taus=2, diffusion_rank=4
    )
    return Twin(spec, tuple(f"c{i}" for i in range(10)), ("V",) * 10).eval()


class Clock(Observer):
    """Note wall and processor seconds after every epoch."""

    def __init__(self) -> None:
        self.ticks: list[tuple[float, float]] = []

    def progress(self, progress: Progress) -> None:
        """Note both times."""
        self.ticks.append((time.perf_counter(), time.process_time()))


def one_step(nodes: int, layers: int, steps: int, batch: int, repeats: int = 2) -> dict[str, Any]:
    """Return wall and processor seconds of a training step (best of `repeats` after one more), and memory."""
    inputs = torch.rand(batch, steps, 28)
    examples = Examples(inputs, torch.arange(batch) % 10)
    task, twin = Task("speed", Metric.ACCURACY, 10, examples, examples), untrained_twin()
    network = build(inputs[:2], 10, twin, (nodes,) * layers)
    settings = TrainSettings(epochs=repeats + 1, batch=batch, learning_rate=1e-6)
    clock = Clock()
    train_through_twins(network, task, twin, settings, clock)
    wall, cpu = (min(after[i] - before[i] for before, after in pairwise(clock.ticks)) for i in range(2))
    sizes = {"nodes": nodes, "layers": layers, "steps": steps, "batch": batch}
    times = {"step_s": round(wall, 4), "cpu_s": round(cpu, 4)}
    return sizes | times | {"peak_mib": round(peak_memory() / 2**20)}


def in_own_process(sizes: dict[str, int]) -> dict[str, Any]:
    """Run `one_step` in a new process, so that its peak of memory is its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--one", json.dumps(sizes)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def exponent(rows: list[dict[str, Any]], name: str) -> float:
    """Return the power of a size that processor time grows with (by least squares); 1 is linear."""
    sizes, seconds = (torch.tensor([float(row[key]) for row in rows]).log() for key in (name, "cpu_s"))
    centred = sizes - sizes.mean()
    return round(float((centred * seconds).sum() / centred.square().sum()), 2)


def main() -> None:
    """Print time and memory for each size, the growth with each, and whether the largest fits in 8 GiB."""
    options = common.options_of(__doc__, one={"help": "used by the benchmark itself"})
    if options.one:
        print(json.dumps(one_step(**json.loads(options.one))))
        return
    base = BASE | ({"batch": 4} if options.quick else {})
    sweeps = {"nodes": SWEEPS["nodes"][:2]} if options.quick else SWEEPS
    measured = (lambda sizes: one_step(**sizes)) if options.quick else in_own_process
    report: dict[str, Any] = {
        name: [measured(base | {name: size}) for size in sizes] for name, sizes in sweeps.items()
    }
    report["exponent"] = {name: exponent(report[name], name) for name in sweeps}
    if not options.quick:
        report["largest"] = report["nodes"][-1]
        report["largest_fits_8_gib"] = report["largest"]["peak_mib"] < 8 * 1024
    common.show(report, options.json)


if __name__ == "__main__":
    main()
