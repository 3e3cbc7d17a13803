"""Time of a fit step and of free running, against batch, window, channels and width; memory too.

    python benchmarks/twin_scaling.py [--quick] [--json] [--plot FILE.png]

One thread. Free running is compared with a plain two-stage loop over networks of the published size
(200-200, two evaluations a step as its RK2), written here from its description. Memory is an estimate
of the values the backward pass keeps.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from twin import ModelSpec, Twin

BASE = {"batch": 64, "window": 50, "channels": 2, "width": 64}
SWEEPS = {
    "batch": (64, 256, 1024, 4096),
    "window": (25, 50, 100, 200),
    "channels": (1, 4, 16, 64),
    "width": (32, 64, 128, 256),
}


def make(channels: int, width: int) -> Twin:
    """Build a twin of the usual kind."""
    spec = ModelSpec(
        ports=1, channels=channels, scores=channels, hidden=0, width=width, sources=min(channels, 2), taus=2
    )
    return Twin(spec, tuple(map(str, range(channels))), ("",) * channels)


def best_of(count: int, action) -> float:
    """Return the least CPU time of `count` calls."""
    times = []
    for _ in range(count):
        begun = time.process_time()
        action()
        times.append(time.process_time() - begun)
    return min(times)


def fit_step(batch: int, window: int, channels: int, width: int, count: int) -> dict:
    """Time one free-running gradient step."""
    twin, drive = make(channels, width), torch.rand(batch, window, 1)

    def step() -> None:
        twin.zero_grad()
        twin.paths(drive).square().mean().backward()

    seconds = best_of(count, step)
    values = batch * window * (3 * width + 8 * twin.spec.state)
    return {
        "batch": batch,
        "window": window,
        "channels": channels,
        "width": width,
        "seconds": seconds,
        "estimated_graph_mb": 4e-6 * values,
    }


def free_running(count: int) -> dict:
    """Compare state-steps per second without gradients at batch 64, 50 steps, width 200."""
    twin, drive = make(1, 200), torch.rand(64, 50, 1)
    net = nn.Sequential(nn.Linear(2, 200), nn.ReLU(), nn.Linear(200, 200), nn.ReLU(), nn.Linear(200, 1))
    noise = nn.Sequential(nn.Linear(2, 200), nn.ReLU(), nn.Linear(200, 200), nn.ReLU(), nn.Linear(200, 4))

    def plain() -> None:
        x = torch.zeros(64, 3)
        for u in drive.unbind(1):
            for _ in range(2):
                seen = torch.cat([u, x[:, :1]], 1)
                push, spread = net(seen), noise(seen)
                x = x + torch.cat([push, -x[:, 1:]], 1) * 0.1 + spread[:, :3] * torch.randn(64, 3) * 0.3

    with torch.no_grad():
        ours, theirs = best_of(count, lambda: twin.paths(drive)), best_of(count, plain)
        small = make(1, 32)
        large = torch.rand(4096, 50, 1)
        usual = best_of(count, lambda: small.paths(large))
    return {
        "ours_same_size_per_s": 64 * 50 / ours,
        "two_stage_loop_per_s": 64 * 50 / theirs,
        "ours_usual_size_large_batch_per_s": 4096 * 50 / usual,
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(1)
    count = 2 if given.quick else 6
    rows = {
        name: [
            fit_step(**(BASE | {name: value}), count=count) for value in values[: 2 if given.quick else None]
        ]
        for name, values in SWEEPS.items()
    }
    report = {"fit_step": rows, "free_running": free_running(count)}
    if given.plot:
        draw(rows, given.plot)
    if given.json:
        print(json.dumps(report, indent=2))
        return
    for name, found in rows.items():
        print(name, ", ".join(f"{row[name]}: {1e3 * row['seconds']:.1f} ms" for row in found))
    for name, value in report["free_running"].items():
        print(f"{name}: {value:.0f}")


def draw(rows: dict, file: Path) -> None:
    """Draw all sweeps in one plot."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots()
    for name, found in rows.items():
        axis.loglog(
            [row[name] / BASE[name] for row in found], [row["seconds"] for row in found], "o-", label=name
        )
    axis.set(xlabel="relative to the base case", ylabel="time of a fit step (s)")
    axis.legend()
    figure.savefig(file)


if __name__ == "__main__":
    main()
