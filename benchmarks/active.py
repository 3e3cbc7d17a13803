"""Where to measure next: device time that a twin needs to come up to a device it was not fitted to.

A twin is fitted to one simulated array and a network is trained through it; then the device is another array
(drifting_bench.py, without drift; every seed has two arrays and noise of its own). For each rule (random
drives, the drives the network sends, those that an ensemble of twins disagrees on) and each number of new
sequences the twin is adapted, and scored on repeats of the drives that the network sends for test digits:
its mean error over the repeat floor.

Time saved, as defined before any of these rows was seen: the target is the mean error that random drives
have come to with the largest number of sequences. The device time of a rule is where its lowest error so far
falls to the target, interpolated in the logarithm of time between the numbers measured (and the smallest
number where it is there already). `times` is the largest device time over that; below 1, and None, where the
rule does not come to the target. The figure is the median over seeds, beside all of them.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from drifting_bench import CHARACTERISED, USED, Mismatch, open_specimen
from nado_lab.lab.loop.choose_drives import disagreeing_twins, next_drives
from nado_lab.lab.loop.config import Choose, TwinConfig
from nado_lab.lab.trials import trials_of
from nado_lab.lab.workflow.draw_drives import choose_rows, network_drives, random_drives
from nado_lab.lab.workflow.play_drives import play_drives
from nado_lab.network import TrainSettings, load_task, train
from nado_lab.protocols.playback import interleaved
from nado_lab.twin import Trials, Twin, adapt, evaluate, fit

STEPS, STEP_S = 28, 1 / 37
COUNTS = (12, 25, 50, 100, 200)
FULL = {"sequences": 400, "nodes": 8, "train": 1000, "epochs": 5, "repeats": 20, "rows": 30, "adapt": 100}
QUICK = {"sequences": 30, "nodes": 2, "train": 100, "epochs": 1, "repeats": 4, "rows": 4, "adapt": 5}


def steady(seed: int) -> Mismatch:
    """Describe the array that is used, without its drift; every seed has another."""
    return replace(USED, gain_drift=0.0, field_drift=0.0, disorder_seed=USED.disorder_seed + 10 * seed)


def characterised(seed: int) -> Mismatch:
    """Describe the array that the twin was fitted to."""
    return replace(CHARACTERISED, disorder_seed=CHARACTERISED.disorder_seed + 10 * seed)


def measured(how: Mismatch, drive: np.ndarray, seed: int, sequence: np.ndarray | None = None) -> Trials:
    """Play drive (trial, step, port) on a specimen."""
    with tempfile.TemporaryDirectory() as scratch, open_specimen(how, 0.0, seed) as setup:
        return trials_of(play_drives(drive, setup, Path(scratch) / "run.zarr", sequence=sequence).path)


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
        trials = measured(steady(seed), drives[:count], 1000 * seed + 10)
        fresh = adapt(start, trials, context["steps"], seed)
        scores = evaluate(fresh, context["truth"], seed=seed)
        rows.append(
            {
                "rule": how.value,
                "sequences": count,
                "device_s": round(count * STEPS * STEP_S, 1),
                "mean_ratio": scores.mean_error / scores.floor.mean_error,
                "coverage90": scores.coverage90,
            }
        )
    return rows


def prepare(
    sizes: dict[str, int], how: TwinConfig, seed: int, test: int = 100
) -> tuple[Twin, dict[str, Any]]:
    """Fit the twin to the first array, train a network through it, measure the truth on the second."""
    rng = np.random.default_rng(seed)
    trials = measured(characterised(seed), random_drives(rng, sizes["sequences"], STEPS, 1), 1000 * seed)
    twin = fit(trials, how.fit_settings(seed))
    task = load_task("temporal-mnist", train=sizes["train"], test=test, seed=seed)
    network = train(task, twin, TrainSettings(nodes=(sizes["nodes"],), epochs=sizes["epochs"], seed=seed))
    drives = choose_rows(rng, network_drives(network, task.test.inputs, [twin], seed), sizes["rows"])
    order, _ = interleaved(len(drives), sizes["repeats"])
    context = {
        "own": network_drives(network, task.train.inputs[:400], [twin], seed + 1),
        "ensemble": disagreeing_twins(trials, how, seed + 100, 3),
        "truth": measured(steady(seed), drives[order], 1000 * seed + 1, order),
        "steps": sizes["adapt"],
        "reference": trials.initial.mean(0).numpy() if trials.initial is not None else 0.0,
        "network": network,
        "task": task,
    }
    return twin, context


def time_saved(rows: list[dict[str, Any]], rule: Choose) -> dict[str, Any]:
    """Compare the device time of random drives with that of a rule, for the error random drives end at."""
    random = [row for row in rows if row["rule"] == Choose.RANDOM.value]
    target = random[-1]["mean_ratio"]
    needed = seconds_to(target, [row for row in rows if row["rule"] == rule.value])
    spent = seconds_to(target, random)
    return {"rule": rule.value, "target": target, "times": spent / needed if spent and needed else None}


def seconds_to(target: float, rows: list[dict[str, Any]]) -> float | None:
    """Return the device time at which the lowest error so far falls to the target; None if it never does."""
    before: tuple[float, float] | None = None
    for row in rows:
        seconds, error = row["device_s"], row["mean_ratio"]
        if error <= target:
            if before is None or before[1] <= error:
                return seconds
            share = (before[1] - target) / (before[1] - error)
            return math.exp(math.log(before[0]) + share * (math.log(seconds) - math.log(before[0])))
        before = (seconds, min(error, before[1]) if before else error)
    return None


def one_seed(seed: int, quick: bool) -> dict[str, Any]:
    """Adapt by every rule with every number of sequences."""
    sizes, counts = (QUICK, (4, 8)) if quick else (FULL, COUNTS)
    steps = (10, 2) if quick else (300, 150)
    start, context = prepare(sizes, TwinConfig(mean_steps=steps[0], score_steps=steps[1], members=4), seed)
    before = evaluate(start, context["truth"], seed=seed)
    rows = [row for rule in Choose for row in one_rule(rule, counts, start, context, seed)]
    return {
        "seed": seed,
        "mean_ratio_before": before.mean_error / before.floor.mean_error,
        "rows": rows,
        "time_saved": [time_saved(rows, rule) for rule in (Choose.NETWORK, Choose.DISAGREEMENT)],
    }


def over_seeds(seeds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the median over seeds of the time saved by each rule, and all values (None: not reached)."""
    found = []
    for index, first in enumerate(seeds[0]["time_saved"]):
        times = [seed["time_saved"][index]["times"] for seed in seeds]
        median = statistics.median(time or 0.0 for time in times)
        found.append({"rule": first["rule"], "median_times": median or None, "times": times})
    return found


def main() -> None:
    """Print a row for each rule and number of sequences, and the device time saved."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="small sizes: it runs, its numbers say nothing")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    options = parser.parse_args()
    torch.set_num_threads(1)
    seeds = []
    for seed in range(options.first, options.first + options.seeds):
        seeds.append(one_seed(seed, options.quick))
        print(json.dumps(seeds[-1]["time_saved"]), file=sys.stderr, flush=True)
    report = {"seeds": seeds, "time_saved": over_seeds(seeds)}
    if options.json:
        print(json.dumps(report, indent=2, allow_nan=False))
        return
    for seed in seeds:
        for row in seed["rows"]:
            figures = f"{row['device_s']:7.1f} s  x {row['mean_ratio']:.2f}"
            print(f"seed {seed['seed']} {row['rule']:<13} {figures}")
    print(report["time_saved"])


if __name__ == "__main__":
    main()
