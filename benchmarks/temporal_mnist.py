"""Temporal MNIST on a twin of the simulated nanoring array, beside its baselines, over several seeds.

4 000 real digits to train on, 1 000 to test on, row by row; scored on the noisy twin, and the first 500 on
the simulated array. The target: at least 95 % on the twin with 200 nodes or fewer, in at most 20 minutes on
two cores.
"""

import argparse
import time
from typing import Any

import network_bench as common
from nado_lab.network import Task, TrainSettings, Variant, load_task, score_on_twins, train
from nado_lab.network.baselines import BaselineSize, as_rows, baselines

NODES, EPOCHS, SHIFT, WINDOWS, RATE = 64, 12, 1, 7, 0.015
SEEDS = (1, 2, 3)
ON_DEVICE = 500


def one_network(task: Task, twin: Any, setup: Any, settings: TrainSettings, digits: int) -> dict[str, Any]:
    """Train one network; score it on the (noisy) twin, and with `digits` test digits on the setup."""
    busy = time.process_time()
    network, seconds = common.timed(lambda: train(task, twin, settings))
    busy = time.process_time() - busy
    row = {
        "variant": settings.variant.value,
        "nodes": network.node_count,
        "parameters": network.parameter_count,
        "seed": settings.seed,
        "twin": score_on_twins(network, task, twin),
        "device": common.score_on_device(network, task, setup, digits),
        "train_s": round(seconds, 1),
        "train_cpu_s": round(busy, 1),
    }
    return common.told(row)


def one_seed(
    twin: Any, setup: Any, seed: int, options: argparse.Namespace
) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the networks and of the baselines for one seed."""
    quick = options.quick
    train_digits, test_digits = (100, 50) if quick else (4000, 1000)
    nodes, epochs = options.nodes or (4 if quick else NODES), options.epochs or (1 if quick else EPOCHS)
    task = load_task("temporal-mnist", train=train_digits, test=test_digits, seed=seed)
    how = {"epochs": epochs, "shift": SHIFT, "windows": WINDOWS, "learning_rate": RATE, "seed": seed}
    rows = []
    for variant in (Variant.NOISE_AWARE, Variant.RESERVOIR):
        settings = TrainSettings(variant=variant, nodes=(nodes,), **how)
        rows.append(one_network(task, twin, setup, settings, 10 if quick else ON_DEVICE))
    scores = baselines(
        task,
        BaselineSize(nodes, rows[0]["parameters"], WINDOWS),
        twin=twin,
        seed=seed,
        gru_epochs=1 if quick else 30,
    )
    others = [common.told(row | {"seed": seed}) for row in as_rows(scores)]
    return {"network": rows, "baseline": others}


def measured(options: argparse.Namespace) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of all seeds."""
    seeds = options.seeds or (SEEDS[:1] if options.quick else SEEDS)
    with common.bench() as setup:
        twin = common.fitted_twin(setup, "nanoring10", 28, options.quick, options.work)
        each = [one_seed(twin, setup, seed, options) for seed in seeds]
    return {name: [row for rows in each for row in rows[name]] for name in ("network", "baseline")}


def main() -> None:
    """Print a row for each network and each baseline, and the mean and spread over seeds."""
    options = common.options_of(__doc__, nodes={"type": int}, epochs={"type": int})
    rows = common.gathered(options, lambda: measured(options))
    summary = common.summarised(rows["network"], ("variant", "nodes"), ("twin", "device", "train_s"))
    summary += common.summarised(rows["baseline"], ("name", "nodes", "parameters"), ("score",))
    common.show(rows | {"summary": summary}, options.json)


if __name__ == "__main__":
    main()
