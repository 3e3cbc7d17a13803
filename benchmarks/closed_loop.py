"""The loop on a device that is not the one its twin was fitted to, and that drifts while it is used.

Round 0 characterises one simulated array and deploys to another (drifting_bench.py: disorder, gain and
noise differ by 5 to 10 %, and the second one drifts; every seed has two arrays of its own). Each later round
measures a few sequences where the network works, recalibrates the twin, refines the network and deploys
again. Every deployment is played in stretches of 1000 trials, a quarter of an hour each, and the drift that
40 sequences before each show is compensated (`--no-compensation`: not). Beside it the network of round 0 is
deployed again at the same ages without any of this: as it is, and with slow offsets taken out
(closed_loop_control.py). Gap: what the twin does better than the array on the same test examples, in points
of accuracy or as a share of the normalised error.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from closed_loop_control import without_recalibration
from drifting_bench import CHARACTERISED, USED, open_specimen, seed_of
from nado_lab.lab.loop.closed_loop import run_loop
from nado_lab.lab.loop.config import LoopConfig
from nado_lab.lab.loop.context import BenchSession, OpenDevice
from nado_lab.lab.runs import Observer
from nado_lab.observer import Progress

FULL = {"sequences": 1000, "more": 200, "nodes": 8, "epochs": 8, "rounds": 2}
QUICK = {"sequences": 40, "more": 20, "nodes": 2, "epochs": 1, "rounds": 1}
TASKS = {
    "temporal-mnist": ({"train": 1500, "test": 1000}, {"train": 100, "test": 20}),
    "mackey-glass": (
        {"train": 200, "test": 200, "steps": 60, "washout": 15},
        {"train": 20, "test": 10, "steps": 20, "washout": 5},
    ),
}


def config_of(task: str, seed: int, quick: bool, compensated: bool) -> LoopConfig:
    """Write down the loop: all rounds are made, however small the gap."""
    sizes = QUICK if quick else FULL
    steps = {"mean_steps": 20, "score_steps": 5} if quick else {"mean_steps": 400, "score_steps": 300}
    return LoopConfig.model_validate(
        {
            "setup": "sim:nanoring",
            "seed": seed,
            "task": {"name": task, "options": {**TASKS[task][quick], "seed": seed}},
            "network": {"nodes": [sizes["nodes"]], "epochs": sizes["epochs"]},
            "measure": {"sequences": sizes["sequences"], "more": sizes["more"]},
            "twin": {**steps, "members": 4, "recalibrate_steps": 10 if quick else 200},
            "refine": {"epochs": 1 if quick else 3},
            "drift": {
                "recalibrate_above": 1e-9,
                "stop_above": 1e9,
                "probe_every": 2 if quick else 50,
                "compensate_every": (20 if quick else 1000) * compensated,
                "compensate_sequences": 4 if quick else 40,
            },
            "budget": {"device_s": 1e9, "rounds": sizes["rounds"]},
        }
    )


def two_arrays(seed: int) -> OpenDevice:
    """Characterise one array, use another; both are drawn by the seed."""

    @contextmanager
    def open_device(session: BenchSession) -> Iterator[Any]:
        first = session.round == 0 and session.stage == "measure"
        how = CHARACTERISED if first else USED
        drawn = replace(how, disorder_seed=how.disorder_seed + 10 * seed)
        with open_specimen(drawn, session.age_s, seed_of(session, seed)) as setup:
            yield setup

    return open_device


def one_seed(task: str, seed: int, quick: bool, compensated: bool, out: Path) -> dict[str, Any]:
    """Run the loop and its control once."""
    started, open_device = time.perf_counter(), two_arrays(seed)
    config = config_of(task, seed, quick, compensated)

    class Clock(Observer):
        def progress(self, progress: Progress) -> None:
            if progress.share in (0.0, 1.0):
                print(f"{time.perf_counter() - started:7.1f} s  {progress.stage}", file=sys.stderr)

    result = run_loop(config, out, Clock(), open_device).to_json()
    keys = ("round", "twin", "device", "gap", "gap_error", "device_s", "drift_since_last_round")
    return {
        "seed": seed,
        "rounds": [{key: row[key] for key in keys} for row in result["rounds"]],
        "without_recalibration": without_recalibration(config, out, result["rounds"], open_device),
        "wall_s": round(time.perf_counter() - started, 1),
    }


def over_seeds(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Average the gaps of each round over the seeds: mean, its standard error, and the single values."""
    gathered: dict[tuple[int, str], list[float]] = {}
    better: dict[tuple[int, str], list[float]] = {}
    for row in rows:
        for each in row["rounds"]:
            gathered.setdefault((each["round"], "the loop"), []).append(each["gap"])
        for each in row["without_recalibration"]:
            gathered.setdefault((each["round"], each["readout"]), []).append(each["gap"])
            better.setdefault((each["round"], each["readout"]), []).append(each["loop_is_better"])
    return [
        {
            "round": key[0],
            "what": key[1],
            **mean_of("gap", gaps),
            **mean_of("loop_is_better", better.get(key)),
        }
        for key, gaps in sorted(gathered.items())
    ]


def mean_of(name: str, values: list[float] | None) -> dict[str, Any]:
    """Give mean, standard error of the mean, and values."""
    if not values:
        return {}
    error = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else None
    return {name: statistics.fmean(values), f"{name}_error": error, f"{name}s": values}


def main() -> None:
    """Print the gap after each round, with and without recalibration."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="small sizes: it runs, its numbers say nothing")
    parser.add_argument("--task", choices=list(TASKS), default="temporal-mnist")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--compensation", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--work", type=Path, default=None, help="keep the loop's state in this folder")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for seed in range(options.first, options.first + options.seeds):
            folder = (options.work or Path(scratch)) / f"{options.task}-seed{seed}"
            rows.append(one_seed(options.task, seed, options.quick, options.compensation, folder))
    report = {
        "task": options.task,
        "mismatch": vars(USED),
        "compensation": options.compensation,
        "seeds": rows,
        "over_seeds": over_seeds(rows),
    }
    if options.json:
        print(json.dumps(report, indent=2, allow_nan=False))
        return
    for row in report["over_seeds"]:
        print({key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()})


if __name__ == "__main__":
    main()
