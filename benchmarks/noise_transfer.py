"""Transfer to the simulated array as its noise grows: noise-aware against deterministic training.

The array's noise is 0.5, 1, 2 and 4 times that of the preset while its mean response stays the same
(scaled_noise.py); what it really is beside the signal is measured (noise_to_signal). For each noise a twin is
fitted to that device and networks are trained on real digits. Their gap is the score on the twin they were
trained on (with noise for the noise-aware, mean of four draws; without for the deterministic) minus the
score on the device, over the same digits.
"""

import argparse
import statistics
from pathlib import Path
from typing import Any

import network_bench as common
from nado_lab.network import (
    DeviceNetwork,
    Task,
    TrainSettings,
    Variant,
    gap_of,
    load_task,
    score_on_twins,
    train,
)
from scaled_noise import scaled_noise

FACTORS = (0.5, 1.0, 2.0, 4.0)
VARIANTS = (Variant.NOISE_AWARE, Variant.DETERMINISTIC)
SEEDS = (1, 2, 3, 4, 5)
NODES, EPOCHS, TRAIN, TEST, DRAWS = 12, 8, 2000, 1000, 4
SEQUENCES = 4000


def one_noise(factor: float, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return a row for each seed and variant on an array with `factor` times the usual noise."""
    rows = []
    with common.bench(**scaled_noise(factor)) as setup:
        share = common.noise_to_signal(setup, 28, repeats=4 if options.quick else 40)
        name = f"nanoring10-noise{factor:g}"
        twin = common.fitted_twin(setup, name, 28, options.quick, options.work, SEQUENCES)
        for seed in options.seeds or (SEEDS[:1] if options.quick else SEEDS):
            for variant in VARIANTS:
                row = {"noise": factor, "noise_to_signal": round(share, 3), "seed": seed}
                rows.append(common.told(row | transfer(setup, twin, variant, seed, options)))
    return rows


def transfer(
    setup: Any, twin: Any, variant: Variant, seed: int, options: argparse.Namespace
) -> dict[str, Any]:
    """Train on the twin, score there and on the device."""
    train_digits, test_digits = (100, 20) if options.quick else (TRAIN, options.digits or TEST)
    task = load_task("temporal-mnist", train=train_digits, test=test_digits, seed=seed)
    nodes, epochs = (2, 1) if options.quick else (NODES, EPOCHS)
    network = train(task, twin, TrainSettings(variant=variant, nodes=(nodes,), epochs=epochs, seed=seed))
    on_twin = score_where_trained(network, task, twin, variant)
    on_device = common.score_on_device(network, task, setup)
    return {
        "variant": variant.value,
        "digits": test_digits,
        "twin": round(on_twin, 4),
        "device": on_device,
        "gap": round(gap_of(task.metric, on_twin, on_device), 4),
    }


def score_where_trained(network: DeviceNetwork, task: Task, twin: Any, variant: Variant) -> float:
    """Score on the twin as the network was trained: silent, or noisy and then the mean of several draws."""
    if variant is Variant.DETERMINISTIC:
        return score_on_twins(network, task, twin, noise=False)
    return statistics.fmean(score_on_twins(network, task, twin, seed=draw) for draw in range(DRAWS))


def plot(summary: list[dict[str, Any]], path: Path) -> None:
    """Draw scores on the device, and gaps, against the noise."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for variant in dict.fromkeys(row["variant"] for row in summary):
        mine = sorted((r for r in summary if r["variant"] == variant), key=lambda r: r["noise"])
        for axis, key in zip(axes, ("device", "gap"), strict=True):
            values, errors = ([100 * r[key][name] for r in mine] for name in ("mean", "std"))
            axis.errorbar([r["noise"] for r in mine], values, errors, marker="o", capsize=3, label=variant)
    axes[1].axhline(0, color="0.6", linewidth=0.8)
    for axis, label in zip(axes, ("accuracy on the array (%)", "twin minus array (points)"), strict=True):
        axis.set(xscale="log", xlabel="noise of the array (1: as in the preset)", ylabel=label)
        axis.set_xticks(FACTORS, [f"{factor:g}" for factor in FACTORS])
        axis.minorticks_off()
    axes[0].legend(frameon=False)
    figure.savefig(path, dpi=150)


def main() -> None:
    """Print a row for each network and the mean and spread over seeds."""
    options = common.options_of(
        __doc__, plot={"type": Path}, noises={"type": float, "nargs": "+"}, digits={"type": int}
    )
    noises = options.noises or (FACTORS[1:2] if options.quick else FACTORS)
    rows = common.gathered(
        options, lambda: {"network": [row for factor in noises for row in one_noise(factor, options)]}
    )
    groups, keys = ("noise", "noise_to_signal", "variant"), ("twin", "device", "gap")
    summary = common.summarised(rows["network"], groups, keys)
    if options.plot:
        plot(summary, options.plot)
    common.show(rows | {"summary": summary}, options.json)


if __name__ == "__main__":
    main()
