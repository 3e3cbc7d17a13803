"""What the network benchmarks share: a simulated bench, a twin measured and fitted on it, and scores.

The bench answers through VISA and the drivers, as in the laboratory. Half of the sequences that a twin is
fitted to hold their amplitudes for some steps: tasks do that too (the blank rows of digits), and a twin
that has seen independent amplitudes only is wrong there.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from instruments import load_setup, open_setup
from network import DeviceNetwork, Task, score_answers
from sim_backend import open_bench
from twin import FitSettings, Trials, Twin, fit, load, save


def options_of(description: str | None, **extra: dict[str, Any]) -> argparse.Namespace:
    """Read --json, --quick, --work DIR (twins are kept there) and `extra` from the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="small sizes: it runs, its numbers say nothing")
    parser.add_argument("--work", type=Path, default=None, help="keep and reuse fitted twins in this folder")
    parser.add_argument("--seeds", type=int, default=None, help="number of seeds")
    for name, how in extra.items():
        parser.add_argument(f"--{name}", **how)
    options = parser.parse_args()
    torch.set_num_threads(1)
    return options


@contextmanager
def bench(kind: str = "nanoring", seed: int = 0, **how: Any) -> Iterator[Any]:
    """Open the setup of a simulated bench; `how` are options of the bench (size, white_v, ...)."""
    simulated = open_bench(kind, seed=seed, **how)
    try:
        config = load_setup(f"sim:{kind}")
        with open_setup(config, visa_library=simulated.visa_library, clock=simulated.clock) as setup:
            yield setup
    finally:
        simulated.close()


def amplitudes(sequences: int, steps: int, seed: int, ports: int = 1) -> np.ndarray:
    """Draw drives (sequence, step, port): every second sequence holds each amplitude for 2 to 12 steps."""
    random = np.random.default_rng(seed)
    drives = random.uniform(-1, 1, (sequences, steps, ports))
    for drive in drives[1::2]:
        drive[:] = np.repeat(drive, random.integers(2, 13), axis=0)[:steps]
    return drives


def measure(setup: Any, drives: np.ndarray, repeats: int = 1) -> Trials:
    """Play drives (sequence, step, port) on the setup, `repeats` times over."""
    order = np.tile(np.arange(len(drives)), repeats)
    found = list(setup.measure(drives[order]))
    return Trials(
        drive=torch.as_tensor(drives[order], dtype=torch.float32),
        readout=torch.as_tensor(np.stack([r.readout for r in found]), dtype=torch.float32),
        initial=torch.as_tensor(np.stack([r.initial for r in found]), dtype=torch.float32),
        sequence=torch.as_tensor(order),
        channels=tuple(setup.channels),
        units=tuple(setup.channel_units),
        step_s=setup.step_s,
    )


def noise_share(setup: Any, steps: int, repeats: int = 20) -> float:
    """Return the device's noise from repeat to repeat, in units of the readouts' deviation."""
    trials = measure(setup, amplitudes(8, steps, seed=99), repeats)
    readout = trials.readout.reshape(repeats, 8, *trials.readout.shape[1:])
    return float((readout.std(0).square().mean((0, 1)).sqrt() / trials.readout.std((0, 1))).mean())


def fitted_twin(setup: Any, name: str, steps: int, quick: bool, work: Path | None) -> Twin:
    """Measure the setup and fit a twin with the room's defaults; or load the one kept under this name."""
    kept = work / f"{name}.twin" if work else None
    if kept and kept.exists():
        return load(kept)
    trials = measure(setup, amplitudes(60 if quick else 2000, steps, seed=1))
    how = {"mean_steps": 20, "likelihood_steps": 0, "score_steps": 10} if quick else {}
    twin = fit(trials, FitSettings(**how))
    if kept:
        save(twin, kept)
    return twin


@torch.no_grad()
def score_on_device(network: DeviceNetwork, task: Task, setups: Any, trials: int | None = None) -> float:
    """Score the network on a setup, or on one setup a layer, layer by layer, node by node."""
    examples = task.test[:trials] if trials else task.test
    readouts: list[torch.Tensor] = []
    for layer in range(network.layer_count):
        setup = setups[layer] if isinstance(setups, list) else setups
        drives = network.drives(layer, examples.inputs, readouts)
        answer = setup.respond(drives.flatten(0, 1).double().numpy())
        readouts.append(torch.as_tensor(answer, dtype=torch.float32).unflatten(0, drives.shape[:2]))
    return score_answers(task, network.decode(readouts), examples.targets)


def timed(what: Callable[[], Any]) -> tuple[Any, float]:
    """Return what a function returns, and its seconds."""
    started = time.perf_counter()
    value = what()
    return value, time.perf_counter() - started


def spread(values: list[float]) -> dict[str, float]:
    """Return mean and standard deviation over seeds."""
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return {"mean": round(statistics.fmean(values), 4), "std": round(deviation, 4)}


def told(row: dict[str, Any]) -> dict[str, Any]:
    """Show a row on stderr as soon as it is there, and return it."""
    print(json.dumps(row), file=sys.stderr, flush=True)
    return row


def show(report: dict[str, Any], as_json: bool) -> None:
    """Print the report as JSON, or its rows as lines for a person."""
    if as_json:
        print(json.dumps(report, indent=2, allow_nan=False))
        return
    for name, value in report.items():
        for row in value if isinstance(value, list) else [value]:
            print(f"{name:<12} {json.dumps(row)}")
