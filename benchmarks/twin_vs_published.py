"""Fit the two systems of the published twins and score beside the floor and the published code's figures.

    python benchmarks/twin_vs_published.py [--quick] [--json] [--system leaky|duffing] [--budget-s N]

One core. Data as shared/peers.md describes: 10 000 single-shot sequences of 100 steps, 20 test inputs with
2 x 100 repeats; errors in the systems' own units. The fit is that of `nado twin fit --budget-s N`. The
published figures (600 s) are those of peers.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.twin_systems import system
from twin import FitSettings, evaluate, fit

PUBLISHED = {"leaky": (0.0202, 0.0161, 0.0154), "duffing": None}
BUDGET_S = {"leaky": 60.0, "duffing": 120.0}
GOAL = {"leaky": (1.2, 1.2, 1.2), "duffing": (1.3, 1.3, 2.0)}
NAMES = ("mean_error", "std_error", "autocov_error")


def run(name: str, sequences: int, repeats: int, budget_s: float) -> dict:
    """Fit and score one system."""
    train, test = system(name, sequences, seed=0), system(name, 20, 2 * repeats, seed=1)
    settings = FitSettings(budget_s=budget_s)
    wall, cpu = time.perf_counter(), time.process_time()
    twin = fit(train, settings)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    scores = evaluate(twin, test, scale=torch.ones(train.readout.shape[-1])).to_dict()
    ratios = {key: scores[key] / scores["floor"][key] for key in NAMES}
    met = all(ratio <= goal for ratio, goal in zip(ratios.values(), GOAL[name], strict=True))
    return {
        "system": name,
        "sequences": sequences,
        "repeats": repeats,
        "wall_s": wall,
        "cpu_s": cpu,
        "scores": scores,
        "ratios": ratios,
        "goal": GOAL[name],
        "met": met,
        "published_600_s": PUBLISHED[name],
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--system", choices=("leaky", "duffing"))
    parser.add_argument("--budget-s", type=float)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(1)
    names = [given.system] if given.system else list(GOAL)
    rows = []
    for name in names:
        budget_s = given.budget_s or (6.0 if given.quick else BUDGET_S[name])
        rows.append(run(name, 500 if given.quick else 10_000, 100, budget_s))
    if given.json:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        print(f"{row['system']}: {row['wall_s']:.0f} s wall, {row['cpu_s']:.0f} s CPU, met: {row['met']}")
        for key in NAMES:
            score = row["scores"]
            print(f"  {key:14} {score[key]:.4f}  floor {score['floor'][key]:.4f}  x {row['ratios'][key]:.2f}")


if __name__ == "__main__":
    main()
