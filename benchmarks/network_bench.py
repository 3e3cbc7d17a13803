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
from nado_lab.instruments import load_setup, open_setup
from nado_lab.network import DeviceNetwork, Task, score_answers
from nado_lab.sim_backend import open_bench
from nado_lab.twin import FitSettings, Trials, Twin, fit, load, save


def options_of(description: str | None, **extra: dict[str, Any]) -> argparse.Namespace:
    """Read --json, --quick, --work DIR (twins are kept there), --seeds and `extra` from the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="small sizes: it runs, its numbers say nothing")
    parser.add_argument("--work", type=Path, default=None, help="keep and reuse fitted twins in this folder")
    parser.add_argument("--seeds", type=int, nargs="+", default=None, help="these seeds, not the usual ones")
    parser.add_argument("--merge", type=Path, nargs="+", help="join the rows of earlier runs (JSON files)")
    for name, how in extra.items():
        parser.add_argument(f"--{name}", **how)
    options = parser.parse_args()
    torch.set_num_threads(1)
    return options


def gathered(options: argparse.Namespace, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return the lists of rows that `run` gives; with --merge those of earlier runs, one after the other."""
    if not options.merge:
        return run()
    joined: dict[str, list[Any]] = {}
    for path in options.merge:
        for name, rows in json.loads(path.read_text(encoding="utf-8")).items():
            if isinstance(rows, list) and name != "summary":
                joined.setdefault(name, []).extend(rows)
    return joined


def summarised(rows: list[dict[str, Any]], by: tuple[str, ...], of: tuple[str, ...]) -> list[dict[str, Any]]:
    """Group rows by the values of `by`; return seeds, mean and spread of each key `of` in every group."""
    groups: dict[tuple, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(key) for key in by), []).append(row)
    return [
        dict(zip(by, names, strict=True))
        | {"seeds": sorted({row["seed"] for row in group})}
        | {key: spread([row[key] for row in group]) for key in of if key in group[0]}
        for names, group in groups.items()
    ]


@contextmanager
def bench(kind: str = "nanoring", seed: int = 0, **how: Any) -> Iterator[Any]:
    """Open the setup of a simulated bench; `how` are options of the bench (size, white_v, ...)."""
    simulated = open_bench(kind, specimen=seed, **how)
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


def noise_to_signal(setup: Any, steps: int, repeats: int = 20) -> float:
    """Return the device's deviation from repeat to repeat over that of its mean response to 8 sequences."""
    trials = measure(setup, amplitudes(8, steps, seed=99), repeats)
    readout = trials.readout.reshape(repeats, 8, *trials.readout.shape[1:])
    noise = readout.var(0).mean((0, 1))
    signal = (readout.mean(0).var((0, 1)) - noise / repeats).clamp_min(1e-30)
    return float((noise / signal).sqrt().mean())


def fitted_twin(
    setup: Any, name: str, steps: int, quick: bool, work: Path | None, sequences: int = 2000
) -> Twin:
    """Measure the setup and fit a twin with the room's defaults; or load the one kept under this name."""
    kept = work / f"{name}.twin" if work else None
    if kept and kept.exists():
        return load(kept)
    trials = measure(setup, amplitudes(60 if quick else sequences, steps, 1, setup.port_count))
    how: dict[str, Any] = {"mean_steps": 20, "likelihood_steps": 0, "score_steps": 10} if quick else {}
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
    return score_answers(task, network.decode(readouts, examples.lengths), examples)


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
