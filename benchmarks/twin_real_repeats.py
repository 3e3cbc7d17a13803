"""Fit a twin to 58 of 117 repeats of a real spin-vortex ice and score it on the other 59.

    NADO_REAL_DATA=... python benchmarks/twin_real_repeats.py [--quick] [--json]

The drive of these repeats was not published: the step index stands for it, as one port for every step.
Errors in the data's own units; the floor is half against half of the scored repeats.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from nado_lab.twin import FitSettings, ModelSizes, Trials, evaluate, fit

NAMES = ("mean_error", "std_error", "autocov_error")
GOAL = (1.5, 1.5, 2.0)


def load() -> Trials:
    """Read the repeats (repeat, step, channel); the first step is the start, the step index the drive."""
    file = Path(os.environ["NADO_REAL_DATA"]) / "asvi" / "repeats_measured_first117.npz"
    spectrum = torch.as_tensor(np.load(file)["spectrum"]).transpose(1, 2)
    count, steps, channels = spectrum.shape
    drive = torch.eye(steps).expand(count, -1, -1)
    start = spectrum.mean((0, 1)).expand(count, channels)
    return Trials(drive, spectrum, start, torch.zeros(count, dtype=torch.long))


def run(quick: bool, seed: int = 0) -> dict:
    """Fit on 58 repeats, score on 59."""
    trials = load()
    order = torch.randperm(len(trials), generator=torch.Generator().manual_seed(seed))
    fitted, scored = trials.at(order[:58]), trials.at(order[58:])
    steps = (100, 40) if quick else (600, 300)
    model = ModelSizes(hidden=0, delays=0, drive_lags=0, sources=0, components=8, observation_rank=4)
    settings = FitSettings(
        mean_steps=0,
        likelihood_steps=steps[0],
        score_steps=steps[1],
        batch=32,
        weight_decay=0.0,
        model=model,
        seed=seed,
    )
    begun, cpu = time.perf_counter(), time.process_time()
    twin = fit(fitted, settings)
    wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
    scores = evaluate(twin, scored, scale=torch.ones(60)).to_json()
    with torch.no_grad():
        own = twin.respond(scored.drive, generator=torch.Generator().manual_seed(1))
    ratio = float(own.std(0).square().mean().sqrt() / scored.readout.std(0).square().mean().sqrt())
    ratios = {key: scores[key] / scores["floor"][key] for key in NAMES}
    lag_gap = abs(scores["lag1_measured"] - scores["lag1_twin"])
    met = all(r <= goal for r, goal in zip(ratios.values(), GOAL, strict=True))
    return {
        "scores": scores,
        "ratios": ratios,
        "deviation_ratio": ratio,
        "lag1_gap": lag_gap,
        "met": met and lag_gap <= 0.1 and abs(ratio - 1) <= 0.1,
        "wall_s": wall,
        "cpu_s": cpu,
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(1)
    row = run(given.quick)
    if given.json:
        print(json.dumps(row, indent=2))
        return
    for key in NAMES:
        score = row["scores"]
        print(f"{key:14} {score[key]:.4f}  floor {score['floor'][key]:.4f}  x {row['ratios'][key]:.2f}")
    print(f"deviation ratio {row['deviation_ratio']:.3f}, lag-1 gap {row['lag1_gap']:.3f}, met: {row['met']}")
    print(f"fit {row['wall_s']:.0f} s wall, {row['cpu_s']:.0f} s CPU")


if __name__ == "__main__":
    main()
