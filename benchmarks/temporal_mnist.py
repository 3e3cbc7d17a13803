"""Temporal MNIST on a twin of the simulated nanoring array, beside its baselines, over several seeds.

4 000 real digits to train on, 1 000 to test on, row by row. The target: at least 95 % on the twin with 200
nodes or fewer, in at most 20 minutes on two cores.
"""

from typing import Any

import network_bench as common

from network import Task, TrainSettings, Variant, load_task, score_on_twins, train
from network.baselines import as_rows, baselines

NODES, EPOCHS, SHIFT, WINDOWS, RATE = 64, 12, 1, 7, 0.015


def one_seed(task: Task, twin: Any, settings: TrainSettings) -> dict[str, Any]:
    """Train one network and score it on the (noisy) twin."""
    network, seconds = common.timed(lambda: train(task, twin, settings))
    row = {
        "variant": settings.variant.value,
        "nodes": network.node_count,
        "parameters": network.parameter_count,
        "seed": settings.seed,
        "twin": score_on_twins(network, task, twin),
        "train_s": round(seconds, 1),
    }
    return common.told(row)


def main() -> None:
    """Print a row for each network and each baseline, and the mean and spread over seeds."""
    options = common.options_of(__doc__, nodes={"type": int}, epochs={"type": int})
    quick = options.quick
    nodes, epochs = options.nodes or (4 if quick else NODES), options.epochs or (1 if quick else EPOCHS)
    seeds = range(options.seeds or (1 if quick else 2))
    train_digits, test_digits = (200, 100) if quick else (4000, 1000)
    with common.bench() as setup:
        twin = common.fitted_twin(setup, "nanoring10", 28, quick, options.work)
    rows, others = [], []
    for seed in seeds:
        task = load_task("temporal-mnist", train=train_digits, test=test_digits, seed=seed)
        base = TrainSettings(
            nodes=(nodes,), epochs=epochs, shift=SHIFT, windows=WINDOWS, learning_rate=RATE, seed=seed
        )
        for change in (
            {},
            {"variant": Variant.RESERVOIR},
            {"variant": Variant.RESERVOIR, "nodes": (1,)},
        ):
            rows.append(one_seed(task, twin, base.model_copy(update=change)))
        size = rows[-3]["parameters"]
        scores = baselines(task, nodes=nodes, parameters=size, seed=seed, gru_epochs=1 if quick else 30)
        others += [row | {"seed": seed} for row in as_rows(scores)]
    best = [row["twin"] for row in rows if row["variant"] == "noise-aware"]
    report = {
        "task": {"train": train_digits, "test": test_digits, "epochs": epochs},
        "network": rows,
        "baseline": others,
        "summary": {"noise_aware_twin": common.spread(best)},
    }
    common.show(report, options.json)


if __name__ == "__main__":
    main()
