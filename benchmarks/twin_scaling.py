"""Time and memory of a fit step against batch, window, channels and width; how fast twins run free.

    python benchmarks/twin_scaling.py [--quick] [--json] [--plot FILE.png]

One thread, CPU seconds. A fit step is a gradient of a free-running path, at 64 rows, 50 steps, 2 channels
and width 64 where nothing else is said; its memory is that of the values kept for the backward pass. Free
running is compared with a plain two-stage loop over networks of the published size (200-200 for drift and
noise, two evaluations a step as their RK2), written here from its description, and with the matrix products
alone that one evaluation of a network of this size consists of: what no loop over them can be faster than.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.free_running import best_of, free_running, make
from benchmarks.machine import machine

Sizes = tuple[int, ...]
BASE = {"batch": 64, "window": 50, "channels": 2, "width": 64}
SWEEPS = {
    "batch": (16, 64, 256, 1024, 4096),
    "window": (12, 25, 50, 100, 200),
    "channels": (1, 2, 4, 8, 16, 32, 64),
    "width": (16, 32, 64, 128, 256, 512),
}
UNITS = {
    "batch": "batch (rows)",
    "window": "window (steps)",
    "channels": "channels",
    "width": "width (units)",
}
QUANTITIES = {"seconds": (1e3, "CPU time of a fit step (ms)"), "kept_mb": (1.0, "kept for the gradient (MB)")}


def fit_steps(cases: list[Sizes], rounds: int) -> dict[Sizes, dict[str, float]]:
    """Time a free-running gradient step of each case, and add up what it keeps for the backward pass.

    Every round goes through all cases, so that a busy minute of the machine does not fall on one of them.
    """
    paths = {case: _path(*case) for case in cases}
    found = {case: {"seconds": np.inf, "kept_mb": kept_mb(path)} for case, path in paths.items()}
    for _ in range(rounds):
        for case, path in paths.items():
            seconds = best_of(1, lambda path=path: path().square().mean().backward())
            found[case]["seconds"] = min(seconds, found[case]["seconds"])
    return found


def _path(batch: int, window: int, channels: int, width: int) -> Callable[[], Tensor]:
    """Return a run of a new twin over one drive."""
    twin, drive = make(channels, width), torch.rand(batch, window, 1)
    return lambda: twin.paths(drive)


def kept_mb(action: Callable[[], Tensor]) -> float:
    """Return the megabytes of the tensors that the graph of `action` keeps, each storage once."""
    kept: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        graph = action()  # holds what was kept, so that no address is used twice
    del graph
    return 1e-6 * sum(kept.values())


def exponent(sizes: list[float], values: list[float]) -> float:
    """Return the slope of log value against log size over the larger half of the sizes."""
    half = len(sizes) // 2
    return float(np.polyfit(np.log(sizes[half:]), np.log(values[half:]), 1)[0])


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(1)
    report = measure(given.quick)
    if given.plot:
        draw(report["fit_step"], given.plot)
    if given.json:
        print(json.dumps(report, indent=2))
        return
    for name, found in report["fit_step"].items():
        cells = (f"{row[name]}: {1e3 * row['seconds']:.1f} ms, {row['kept_mb']:.1f} MB" for row in found)
        slopes = report["exponents"][name]
        print(f"{name} (time ^{slopes['seconds']:.2f}, memory ^{slopes['kept_mb']:.2f})", *cells, sep="; ")
    for name, value in report["free_running_per_s"].items():
        print(f"{name}: {value:,.0f} state-steps/s, {report['ratio_to_two_stage_loop'][name]:.1f} x")


def measure(quick: bool) -> dict[str, Any]:
    """Return the rows of all sweeps with their exponents, and the rates of free running."""
    count = 2 if quick else 8
    varied = {
        name: [BASE | {name: value} for value in values[: 3 if quick else None]]
        for name, values in SWEEPS.items()
    }
    cases = list(dict.fromkeys(tuple(sizes.values()) for several in varied.values() for sizes in several))
    found = fit_steps(cases, count)
    rows = {
        name: [sizes | found[tuple(sizes.values())] for sizes in several] for name, several in varied.items()
    }
    slopes = {
        name: {what: exponent([r[name] for r in several], [r[what] for r in several]) for what in QUANTITIES}
        for name, several in rows.items()
    }
    rates = free_running(count, 256 if quick else 4096)
    ratios = {name: rate / rates["two_stage_loop"] for name, rate in rates.items()}
    return {
        "fit_step": rows,
        "exponents": slopes,
        "free_running_per_s": rates,
        "ratio_to_two_stage_loop": ratios,
        "machine": machine(),
    }


def draw(rows: dict[str, list[dict[str, float]]], file: Path) -> None:
    """Draw time above and memory below, a column for each size that is varied."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 5.4), layout="constrained")
    axes = figure.subplots(len(QUANTITIES), len(rows), sharex="col", sharey="row")
    for line, (what, (factor, label)) in zip(axes, QUANTITIES.items(), strict=True):
        for axis, (name, found) in zip(line, rows.items(), strict=True):
            _panel(axis, name, [r[name] for r in found], [factor * r[what] for r in found])
        line[0].set_ylabel(label)
    for axis, name in zip(axes[-1], rows, strict=True):
        axis.set_xlabel(UNITS[name])
    base = "64 rows, 50 steps, 2 channels, width 64"
    figure.suptitle(f"A fit step against one size at a time; the others are those of {base} (square)")
    figure.savefig(file, dpi=120)


def _panel(axis: Any, name: str, sizes: list[float], values: list[float]) -> None:
    """Draw one panel: what was measured, the base case, and a power law through the larger half."""
    slope = exponent(sizes, values)
    half = len(sizes) // 2
    level = np.exp(np.mean(np.log(values[half:]) - slope * np.log(sizes[half:])))
    law = [level * size**slope for size in sizes[half:]]
    axis.loglog(sizes[half:], law, color="#D55E00", linewidth=5, alpha=0.35, label=f"size$^{{{slope:.2f}}}$")
    axis.loglog(sizes, values, "o-", color="#0072B2", markersize=4)
    if BASE[name] in sizes:
        axis.loglog([BASE[name]], [values[sizes.index(BASE[name])]], "s", color="#0072B2", markersize=8)
    axis.set_xticks(sizes, [f"{size:g}" for size in sizes], fontsize=8)
    axis.minorticks_off()
    axis.grid(alpha=0.3)
    axis.legend(loc="upper left", fontsize=9, frameon=False)


if __name__ == "__main__":
    main()
