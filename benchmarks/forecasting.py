"""Forecasting on simulated devices against an echo-state network of equal nodes: normalised errors.

Mackey-Glass at several horizons and NARMA-10; networks are trained through twins and scored on the twin
and on the simulated device. Errors are root mean squares in units of the target's deviation (NRMSE).
"""

from typing import Any

import network_bench as common

from network import TrainSettings, Variant, load_task, score_on_twins, train
from network.baselines import echo_state_baseline, linear_baseline

STEPS, NODES, EPOCHS = 100, 16, 15
TASKS: list[tuple[str, dict[str, Any]]] = [
    ("mackey-glass", {"horizon": 6}),
    ("mackey-glass", {"horizon": 20}),
    ("narma-10", {}),
]


def one_task(
    setup: Any, twin: Any, name: str, extra: dict[str, Any], seed: int, quick: bool
) -> dict[str, Any]:
    """Return the errors of the device network, the reservoir and the baselines on one task."""
    train_trials, test_trials = (10, 4) if quick else (80, 20)
    task = load_task(name, train=train_trials, test=test_trials, seed=seed, steps=STEPS, **extra)
    nodes, epochs = (3, 1) if quick else (NODES, EPOCHS)
    row: dict[str, Any] = {"task": name, **extra, "seed": seed, "nodes": nodes}
    for variant in (Variant.NOISE_AWARE, Variant.RESERVOIR):
        settings = TrainSettings(
            variant=variant, nodes=(nodes,), epochs=epochs, batch=10, refit=True, seed=seed
        )
        network = train(task, twin, settings)
        label = variant.value.replace("-", "_")
        row[f"{label}_twin"] = round(score_on_twins(network, task, twin), 4)
        row[f"{label}_device"] = round(common.score_on_device(network, task, setup), 4)
    row["echo_state"] = round(echo_state_baseline(task, nodes, seed).score, 4)
    row["linear"] = round(linear_baseline(task).score, 4)
    return row


def main() -> None:
    """Print a row for each device, task and seed."""
    options = common.options_of(__doc__, device={"choices": ["nanoring", "asvi"], "nargs": "*"})
    rows = []
    for kind in options.device or ["nanoring"]:
        with common.bench(kind) as setup:
            twin = common.fitted_twin(setup, f"{kind}-forecast", STEPS, options.quick, options.work)
            rows += [
                common.told({"device": kind} | one_task(setup, twin, name, extra, seed, options.quick))
                for name, extra in (TASKS[-1:] if options.quick else TASKS)
                for seed in range(options.seeds or 1)
            ]
    common.show({"network": rows}, options.json)


if __name__ == "__main__":
    main()
