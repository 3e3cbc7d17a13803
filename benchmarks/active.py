"""Where to measure next: device time that a twin needs to come up to a device it was not fitted to.

A twin is fitted to one simulated array and a network is trained through it; then the device is another array
(drifting_bench.py, without drift). For each rule (random drives, the drives the network sends, those that an
ensemble of twins disagrees on) and each number of new sequences the twin is adapted, and scored on repeats
of the drives that the network sends for test digits: its mean error over the repeat floor. `time_saved` is
the device time in which random drives come to their best error over the time in which a rule comes to it
(null where it does not).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from drifting_bench import CHARACTERISED, USED, Mismatch, open_specimen

from lab.loop.active import disagreeing_twins, next_drives
from lab.loop.adapt import adapt
from lab.loop.config import Choose, TwinConfig
from lab.loop.play import play
from lab.loop.probes import choose_rows, network_drives, random_drives
from lab.loop.trials import trials_of
from network import TrainSettings, load_task, train
from protocols.playback import interleaved
from twin import Trials, Twin, evaluate, fit

STEPS, STEP_S = 28, 1 / 37
STEADY = replace(USED, gain_drift=0.0, field_drift=0.0)
FULL = {"sequences": 400, "nodes": 8, "train": 1000, "epochs": 5, "repeats": 20, "rows": 30, "adapt": 100}
QUICK = {"sequences": 30, "nodes": 2, "train": 100, "epochs": 1, "repeats": 4, "rows": 4, "adapt": 5}


def measured(how: Mismatch, drive: np.ndarray, seed: int, sequence: np.ndarray | None = None) -> Trials:
    """Play drive (trial, step, port) on a specimen."""
    with tempfile.TemporaryDirectory() as scratch, open_specimen(how, 0.0, seed) as setup:
        return trials_of(play(drive, setup, Path(scratch) / "run.zarr", sequence=sequence).path)


def one_rule(
    how: Choose, counts: tuple[int, ...], start: Twin, context: dict[str, Any], seed: int
) -> list[dict[str, Any]]:
    """Adapt the twin to ever more sequences that one rule chose."""
    rng = np.random.default_rng([seed, 5])
    like = np.empty((STEPS, 1))
    drives = next_drives(how, counts[-1], like, context["own"], context["ensemble"], rng)
    drives = drives[rng.permutation(len(drives))]
    rows = []
    for count in counts:
        fresh = adapt(start, measured(STEADY, drives[:count], seed + 10), context["steps"], seed)
        scores = evaluate(fresh, context["truth"], seed=seed)
        rows.append(
            {
                "rule": how.value,
                "sequences": count,
                "device_s": round(count * STEPS * STEP_S, 1),
                "mean_ratio": scores.mean_error / scores.floor["mean_error"],
                "coverage90": scores.coverage90,
            }
        )
    return rows


def prepare(sizes: dict[str, int], how: TwinConfig, seed: int) -> tuple[Twin, dict[str, Any]]:
    """Fit the twin to the first array, train a network through it, measure the truth on the second."""
    rng = np.random.default_rng(seed)
    trials = measured(CHARACTERISED, random_drives(rng, sizes["sequences"], STEPS, 1), seed)
    twin = fit(trials, how.fit_settings(seed))
    task = load_task("temporal-mnist", train=sizes["train"], test=100, seed=seed)
    network = train(task, twin, TrainSettings(nodes=(sizes["nodes"],), epochs=sizes["epochs"], seed=seed))
    test = choose_rows(rng, network_drives(network, task.test.inputs, [twin], seed), sizes["rows"])
    order, _ = interleaved(len(test), sizes["repeats"])
    context = {
        "own": network_drives(network, task.train.inputs[:400], [twin], seed + 1),
        "ensemble": disagreeing_twins(trials, how, seed + 100, 3),
        "truth": measured(STEADY, test[order], seed + 1, order),
        "steps": sizes["adapt"],
    }
    return twin, context


def time_saved(rows: list[dict[str, Any]], rule: Choose) -> dict[str, Any]:
    """Compare the device time random drives took for their best error with what the rule took for it."""
    random = min((row for row in rows if row["rule"] == Choose.RANDOM.value), key=lambda r: r["mean_ratio"])
    mine = [row for row in rows if row["rule"] == rule.value and row["mean_ratio"] <= random["mean_ratio"]]
    times = random["device_s"] / min(row["device_s"] for row in mine) if mine else None
    return {"rule": rule.value, "target": random["mean_ratio"], "times": times}


def main() -> None:
    """Print a row for each rule and number of sequences, and the device time saved."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="small sizes: it runs, its numbers say nothing")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    sizes, counts = (QUICK, (4, 8)) if options.quick else (FULL, (25, 50, 100, 200))
    steps = (10, 2) if options.quick else (300, 150)
    how = TwinConfig(mean_steps=steps[0], score_steps=steps[1], members=4)
    start, context = prepare(sizes, how, options.seed)
    before = evaluate(start, context["truth"], seed=options.seed)
    rows = [row for rule in Choose for row in one_rule(rule, counts, start, context, options.seed)]
    report = {
        "mean_ratio_before": before.mean_error / before.floor["mean_error"],
        "rows": rows,
        "time_saved": [time_saved(rows, rule) for rule in (Choose.NETWORK, Choose.DISAGREEMENT)],
    }
    if options.json:
        print(json.dumps(report, indent=2, allow_nan=False))
        return
    print(f"as fitted to the other array: mean error {report['mean_ratio_before']:.1f} times the floor")
    for row in rows:
        print(f"{row['rule']:<13} {row['device_s']:7.1f} s  mean error x {row['mean_ratio']:.2f}")
    for row in report["time_saved"]:
        print(row)


if __name__ == "__main__":
    main()
