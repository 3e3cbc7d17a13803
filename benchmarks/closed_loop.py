"""The loop on a device that is not the one its twin was fitted to, and that drifts while it is used.

Round 0 characterises one simulated array and deploys to another (drifting_bench.py: disorder, gain and
noise differ by 5 to 10 %, and the second one drifts). Each later round measures a few sequences where the
network works, recalibrates the twin, refines the network and deploys again. Beside it the network of round
0 is deployed again at the same ages without any of this: as it is, and with slow offsets taken out. Gap:
accuracy on the twin minus on the array; the twin of the control is that of round 0. `--seeds N` repeats
with other seeds.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from drifting_bench import CHARACTERISED, USED, open_specimen, seed_of

from lab.loop.closed_loop import run_loop
from lab.loop.compare import compare
from lab.loop.config import LoopConfig
from lab.loop.deploy import Respond, deploy, deploy_layers, run_of
from lab.loop.play import PlayOptions, own_readout
from lab.loop.workshop import Visit
from lab.store import Run
from network import Variant, load_task
from network import load as load_network
from twin import load as load_twin

FULL = {"sequences": 1000, "more": 200, "train": 1500, "test": 400, "nodes": 8, "epochs": 8, "rounds": 2}
QUICK = {"sequences": 40, "more": 20, "train": 100, "test": 20, "nodes": 2, "epochs": 1, "rounds": 1}


def config_of(sizes: dict[str, int], seed: int, quick: bool) -> LoopConfig:
    """Write down the loop: all rounds are made, however small the gap."""
    steps = {"mean_steps": 20, "score_steps": 5} if quick else {"mean_steps": 400, "score_steps": 300}
    return LoopConfig.model_validate(
        {
            "setup": "sim:nanoring",
            "seed": seed,
            "task": {
                "name": "temporal-mnist",
                "options": {"train": sizes["train"], "test": sizes["test"], "seed": seed},
            },
            "network": {"nodes": [sizes["nodes"]], "epochs": sizes["epochs"]},
            "measure": {"sequences": sizes["sequences"], "more": sizes["more"]},
            "twin": {**steps, "members": 4, "recalibrate_steps": 10 if quick else 200},
            "refine": {"epochs": 1 if quick else 3},
            "drift": {"recalibrate_above": 1e-9, "stop_above": 1e9},
            "budget": {"device_s": 1e9, "rounds": sizes["rounds"]},
        }
    )


@contextmanager
def open_device(visit: Visit) -> Iterator[Any]:
    """Characterise one array, use the other."""
    first = visit.round == 0 and visit.stage == "measure"
    how = CHARACTERISED if first else USED
    with open_specimen(how, visit.age_s, seed_of(visit)) as setup:
        yield setup


def without_recalibration(
    config: LoopConfig, out: Path, rounds: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Deploy the network of round 0 at the ages at which later rounds deployed theirs."""
    task = load_task(config.task.name, **config.task.options)
    twin = load_twin(out / rounds[0]["twin_file"])
    network = load_network(out / rounds[0]["network_file"]).network
    reference = Run.open(out / "round00" / "measure.zarr").dataset()["initial"].values.mean(axis=0)
    rows = []
    for row in rounds:
        visit = Visit(row["round"], "control", row["device_s_total"] - row["device_s"])
        with tempfile.TemporaryDirectory() as scratch, open_device(visit) as setup:
            folder, inputs = Path(scratch) / "runs", task.test.inputs.numpy()
            done = deploy(network, inputs, setup, folder)
            followed = deploy_layers(network, inputs, folder, _followed(folder, reference))
        for name, each in (("as it is", done), ("offset followed", followed)):
            scores = compare(network, task, [twin], Variant.NOISE_AWARE, each, config.seed)
            rows.append({"round": row["round"], "readout": name, **scores})
    return rows


def _followed(folder: Path, reference: np.ndarray) -> Respond:
    """Read the stored readouts with slow offsets taken out."""
    return lambda layer, drive: own_readout(Run.open(run_of(folder, layer)), PlayOptions(), reference)


def one_seed(seed: int, quick: bool, out: Path) -> dict[str, Any]:
    """Run the loop and its control once."""
    sizes = QUICK if quick else FULL
    started, config = time.perf_counter(), config_of(sizes, seed, quick)

    def show(label: str, fraction: float, doing: str = "") -> None:
        if fraction in (0.0, 1.0):
            print(f"{time.perf_counter() - started:7.1f} s  {label} {doing}", file=sys.stderr)

    result = run_loop(config, out, show, open_device)
    keys = ("round", "twin", "device", "gap", "gap_error", "device_s", "drift_since_last_round")
    return {
        "seed": seed,
        "rounds": [{key: row[key] for key in keys} for row in result["rounds"]],
        "without_recalibration": without_recalibration(config, out, result["rounds"]),
        "within_1_point": bool(result["rounds"][-1]["gap"] <= config.tolerance.accuracy),
        "wall_s": round(time.perf_counter() - started, 1),
    }


def main() -> None:
    """Print the gap after each round, with and without recalibration."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="small sizes: it runs, its numbers say nothing")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--work", type=Path, default=None, help="keep the loop's state in this folder")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for seed in range(options.seeds):
            rows.append(one_seed(seed, options.quick, (options.work or Path(scratch)) / f"seed{seed}"))
    report = {"mismatch": vars(USED), "seeds": rows}
    if options.json:
        print(json.dumps(report, indent=2, allow_nan=False))
        return
    for row in rows:
        for name in ("rounds", "without_recalibration"):
            for each in row[name]:
                print(f"seed {row['seed']} {name:<22} round {each['round']} gap {each['gap']:+.4f}")


if __name__ == "__main__":
    main()
