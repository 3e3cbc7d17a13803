"""Forecasting on simulated devices against an echo-state network of equal nodes: normalised errors.

Mackey-Glass at several horizons and NARMA-10; networks are trained through twins and scored on the twin
and on the simulated device. Errors are root mean squares in units of the target's deviation (NRMSE). The
weights and the readout of the device network see the DELAYS steps before each, too. Beside it: an echo-state
network with as many neurons as the network has nodes, the same with as many delays in its readout, one with
as many neurons as the network has readouts (at most 640), and linear regression on the input with the delays.
"""

import argparse
from typing import Any, NamedTuple

import network_bench as common
from nado_lab.network import Task, TrainSettings, Variant, load_task, score_on_twins, train
from nado_lab.network.baselines import echo_state_baseline, linear_baselines

TASKS: dict[str, tuple[str, dict[str, Any]]] = {
    "mackey-glass-6": ("mackey-glass", {"horizon": 6}),
    "mackey-glass-20": ("mackey-glass", {"horizon": 20}),
    "narma-10": ("narma-10", {}),
}
SEEDS = (1, 2, 3)
MOST_NEURONS = 640
DELAYS = 15
VARIANTS = {"trained": Variant.NOISE_AWARE, "reservoir": Variant.RESERVOIR}


class Sizes(NamedTuple):
    """How large the twin's data, the network, and the task are."""

    sequences: int
    nodes: int
    steps: int
    washout: int
    train: int
    test: int
    epochs: int


SIZES = {
    "nanoring": Sizes(sequences=1500, nodes=16, steps=100, washout=30, train=80, test=20, epochs=15),
    "asvi": Sizes(sequences=150, nodes=8, steps=60, washout=20, train=60, test=12, epochs=15),
}
QUICK = Sizes(sequences=60, nodes=3, steps=40, washout=10, train=10, test=4, epochs=1)


def networks_on(setup: Any, twin: Any, task: Task, sizes: Sizes, seed: int) -> dict[str, float]:
    """Return the errors of a trained network and of a reservoir of devices, on the twin and on the setup."""
    row = {}
    for label, variant in VARIANTS.items():
        how = {"nodes": (sizes.nodes,), "epochs": sizes.epochs, "batch": 10, "refit": True, "seed": seed}
        how |= {"delays": DELAYS, "readout_delays": DELAYS}
        network = train(task, twin, TrainSettings(variant=variant, **how))
        row[f"{label}_twin"] = round(score_on_twins(network, task, twin), 4)
        row[f"{label}_device"] = round(common.score_on_device(network, task, setup), 4)
    return row


def one_task(setup: Any, twin: Any, label: str, sizes: Sizes, seed: int) -> dict[str, Any]:
    """Return the errors of the device networks and the baselines on one task."""
    name, extra = TASKS[label]
    examples = {"train": sizes.train, "test": sizes.test, "steps": sizes.steps, "washout": sizes.washout}
    task = load_task(name, seed=seed, **examples, **extra)
    readouts = min(MOST_NEURONS, sizes.nodes * len(setup.channels))
    return {
        "task": label,
        "seed": seed,
        "nodes": sizes.nodes,
        **networks_on(setup, twin, task, sizes, seed),
        "echo_state_nodes": round(echo_state_baseline(task, sizes.nodes, seed).score, 4),
        "echo_state_delays": round(echo_state_baseline(task, sizes.nodes, seed, delays=DELAYS).score, 4),
        "echo_state_readouts": round(echo_state_baseline(task, readouts, seed).score, 4),
        "linear_delays": round(linear_baselines(task, DELAYS)[-1].score, 4),
    }


def one_device(kind: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return a row for each task and seed on one kind of device."""
    sizes = QUICK if options.quick else SIZES[kind]
    labels = options.tasks or (list(TASKS)[-1:] if options.quick else TASKS)
    with common.bench(kind) as setup:
        name = f"{kind}-forecast"
        twin = common.fitted_twin(setup, name, sizes.steps, options.quick, options.work, sizes.sequences)
        return [
            common.told({"device": kind} | one_task(setup, twin, label, sizes, seed))
            for label in labels
            for seed in options.seeds or (SEEDS[:1] if options.quick else SEEDS)
        ]


def main() -> None:
    """Print a row for each device, task and seed, and the mean and spread over seeds."""
    options = common.options_of(
        __doc__,
        devices={"choices": list(SIZES), "nargs": "+"},
        tasks={"choices": list(TASKS), "nargs": "+"},
    )
    kinds = options.devices or (["nanoring"] if options.quick else SIZES)
    rows = common.gathered(
        options, lambda: {"network": [r for kind in kinds for r in one_device(kind, options)]}
    )
    found = [f"{label}_{where}" for label in VARIANTS for where in ("twin", "device")]
    keys = (*found, "echo_state_nodes", "echo_state_delays", "echo_state_readouts", "linear_delays")
    summary = common.summarised(rows["network"], ("device", "task", "nodes"), keys)
    common.show(rows | {"summary": summary}, options.json)


if __name__ == "__main__":
    main()
