"""Physics-aware refinement on the device against training on through the twin, under deliberate mismatch.

A twin is fitted to one simulated array, and a network is trained through it; the device is another array,
which differs in disorder, depinning, roughness, gain and noise by 5 to 10 % (drifting_bench.py, without
drift; every seed has two arrays of its own). From the same network go on: `twin only`, which trains as long
on the same examples through the twin; `physics-aware`, forward on the device and backward through the twin
(Wright et al., Nature 601, 549, 2022); and `readout`, which deploys the same examples once and fits only the
readout to what came. All are scored on the device with the same test digits, with the same noise seed, and
slow offsets are taken out everywhere (the initial state says by how much). A device evaluation is one trial
of one node.
"""

from __future__ import annotations

import argparse
import copy
import json
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from active import prepare, steady
from drifting_bench import open_specimen
from nado_lab.lab.loop.config import TwinConfig
from nado_lab.lab.workflow.deploy_layers import Deployment, deploy_layers
from nado_lab.lab.workflow.refit_readout import fitted_readout
from nado_lab.network import PhysicsAware, TrainSettings, score_answers, score_on_twins
from nado_lab.network.training import train_through_twins

FULL = {"sequences": 400, "nodes": 8, "train": 1000, "epochs": 5, "repeats": 4, "rows": 4, "adapt": 1}
QUICK = {"sequences": 30, "nodes": 2, "train": 100, "epochs": 1, "repeats": 4, "rows": 4, "adapt": 1}
EXAMPLES, EPOCHS, BATCH, RATE = (50, 200), 2, 25, 0.003
TEST = 500


class Followed:
    """A device whose offset is followed by its initial states, and which counts its evaluations."""

    def __init__(self, setup: Any, reference: np.ndarray) -> None:
        self._setup, self._reference, self.evaluations = setup, reference, 0

    def respond(self, drive: np.ndarray) -> np.ndarray:
        """Answer drive (trial, step, port)."""
        self.evaluations += len(drive)
        found = list(self._setup.measure(drive))
        offset = np.mean([each.initial for each in found], axis=0) - self._reference
        return np.stack([each.readout for each in found]) - offset


@contextmanager
def device(context: dict[str, Any], seed: int, noise: int) -> Iterator[Followed]:
    """Open the array that is used."""
    with open_specimen(steady(seed), 0.0, 1000 * seed + noise) as setup:
        yield Followed(setup, context["reference"])


def answers(network: Any, examples: Any, used: Followed) -> Deployment:
    """Send examples through a network on the device."""
    return deploy_layers(network, examples.inputs.numpy(), lambda _, drive: used.respond(drive))


def on_device(network: Any, context: dict[str, Any], seed: int) -> float:
    """Score a network on the device."""
    task = context["task"]
    with device(context, seed, 5) as used:
        done = answers(network, task.test, used)
    return score_answers(task, torch.as_tensor(done.outputs), task.test)


def one_seed(seed: int, quick: bool) -> dict[str, Any]:
    """Score the network as trained, and after each way of going on with each number of examples."""
    sizes, steps = (QUICK, (10, 2)) if quick else (FULL, (300, 150))
    how = TwinConfig(mean_steps=steps[0], score_steps=steps[1], members=4)
    twin, context = prepare(sizes, how, seed, 20 if quick else TEST)
    network, task = context["network"], context["task"]
    before = {"twin": score_on_twins(network, task, [twin]), "device": on_device(network, context, seed)}
    rows = []
    for count in (10,) if quick else EXAMPLES:
        few = replace(task, train=task.train[:count])
        settings = TrainSettings(epochs=EPOCHS, batch=BATCH, learning_rate=RATE, seed=seed)
        for name in ("twin only", "physics-aware", "readout"):
            fresh = copy.deepcopy(network)
            with device(context, seed, 7) as used:
                go_on(name, fresh, few, twin, settings, used)
            evaluations, score = used.evaluations, on_device(fresh, context, seed)
            row = {"way": name, "examples": count, "evaluations": evaluations, "device": score}
            rows.append(row | {"gained": score - before["device"]})
            print(seed, rows[-1], file=sys.stderr, flush=True)
    return {"seed": seed, "before": before, "rows": rows}


def go_on(name: str, network: Any, few: Any, twin: Any, settings: TrainSettings, used: Followed) -> None:
    """Train a network on in one of the ways, in place."""
    if name == "twin only":
        train_through_twins(network, few, [twin], settings)
    elif name == "readout":
        fitted_readout(network, few, answers(network, few.train, used), few.train)
    else:
        train_through_twins(network, few, [PhysicsAware(used, twin)], settings)


def over_seeds(seeds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Average what each way gained on the device: mean, standard error over seeds, and all values."""
    found = []
    for index, row in enumerate(seeds[0]["rows"]):
        gained = [seed["rows"][index]["gained"] for seed in seeds]
        error = statistics.stdev(gained) / len(gained) ** 0.5 if len(gained) > 1 else None
        known = {key: row[key] for key in ("way", "examples", "evaluations")}
        found.append(known | {"gained": statistics.fmean(gained), "error": error, "all": gained})
    return found


def main() -> None:
    """Print what each way of going on gained on the device."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="small sizes: it runs, its numbers say nothing")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    options = parser.parse_args()
    torch.set_num_threads(1)
    count = 1 if options.quick else options.seeds
    seeds = [one_seed(seed, options.quick) for seed in range(options.first, options.first + count)]
    report = {"seeds": seeds, "over_seeds": over_seeds(seeds)}
    if options.json:
        print(json.dumps(report, indent=2, allow_nan=False))
        return
    for row in report["over_seeds"]:
        print({key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()})


if __name__ == "__main__":
    main()
