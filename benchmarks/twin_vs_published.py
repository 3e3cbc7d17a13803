"""Fit the two systems of the published twins and score beside the floor and the published code's figures.

    python benchmarks/twin_vs_published.py [--quick] [--json] [--system leaky|duffing] [--budget-s N]
        [--method score|gan] [--figures DIR]

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

from nado_lab.lab.reports.evaluation import draw_evaluation
from nado_lab.twin import FitSettings, Method, evaluate, fit

from benchmarks.twin_systems import system

METHODS = (Method.SCORE, Method.GAN)

PUBLISHED = {"leaky": (0.0202, 0.0161, 0.0154), "duffing": None}
BUDGET_S = {"leaky": 60.0, "duffing": 120.0}
GOAL = {"leaky": (1.2, 1.2, 1.2), "duffing": (1.3, 1.3, 2.0)}
NAMES = ("mean_error", "std_error", "autocov_error")


def run(
    name: str,
    sequences: int,
    repeats: int,
    budget_s: float,
    method: Method = Method.SCORE,
    figures: Path | None = None,
) -> dict:
    """Fit and score one system; with a folder `figures`, draw the twin beside the test part."""
    train, test = system(name, sequences, seed=0), system(name, 20, 2 * repeats, seed=1)
    settings = FitSettings(budget_s=budget_s, method=method)
    wall, cpu = time.perf_counter(), time.process_time()
    twin = fit(train, settings)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    metrics = evaluate(twin, test, scale=torch.ones(train.readout.shape[-1]))
    scores = metrics.to_json()
    if figures:
        draw_evaluation(twin, test, metrics, figures / f"{name}-{method}")
    ratios = {key: scores[key] / scores["floor"][key] for key in NAMES}
    met = all(ratio <= goal for ratio, goal in zip(ratios.values(), GOAL[name], strict=True))
    return {
        "system": name,
        "method": method,
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
    parser.add_argument("--method", type=Method, choices=METHODS, default=Method.SCORE)
    parser.add_argument("--figures", type=Path, help="draw each twin into a folder of this one")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(1)
    names = [given.system] if given.system else list(GOAL)
    rows = []
    for name in names:
        budget_s = given.budget_s or (6.0 if given.quick else BUDGET_S[name])
        sequences = 500 if given.quick else 10_000
        rows.append(run(name, sequences, 100, budget_s, given.method, given.figures))
    if given.json:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        about = f"{row['system']}, {row['method']}"
        print(f"{about}: {row['wall_s']:.0f} s wall, {row['cpu_s']:.0f} s CPU, met: {row['met']}")
        for key in NAMES:
            score = row["scores"]
            print(f"  {key:14} {score[key]:.4f}  floor {score['floor'][key]:.4f}  x {row['ratios'][key]:.2f}")


if __name__ == "__main__":
    main()
