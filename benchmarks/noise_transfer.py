"""Transfer to the simulated array as its noise grows: noise-aware against deterministic training.

The device's noise is thermal, so it is scaled by the size of the array: a reading averages over all rings,
and its noise goes as one over the side. Arrays of 20, 10, 5 and 3 rings a side have about 0.5, 1, 2 and 3.3
times the noise of the preset's 10; what they really have is measured (noise_share). For each size a twin
is fitted to it and networks are trained on real digits; their gap is the score on the twin they were
trained on (with noise for the noise-aware, without for the deterministic) minus the score on the array.
"""

from pathlib import Path
from typing import Any

import network_bench as common

from network import TrainSettings, Variant, load_task, score_on_twins, train

SIZES = (10, 20, 5, 3)
SEEDS_AT = {10: 5}
NODES, EPOCHS, TRAIN, TEST = 12, 8, 2000, 500


def one_size(size: int, options: Any) -> list[dict[str, Any]]:
    """Return a row for each seed and variant on an array of `size` rings a side."""
    rows = []
    seeds = options.seeds or (1 if options.quick else SEEDS_AT.get(size, 2))
    with common.bench(size=size) as setup:
        noise = common.noise_share(setup, 28, repeats=3 if options.quick else 20)
        twin = common.fitted_twin(setup, f"nanoring{size}", 28, options.quick, options.work)
        for seed in range(seeds):
            for variant in (Variant.NOISE_AWARE, Variant.DETERMINISTIC):
                row = {"size": size, "noise_share": round(noise, 3), "seed": seed, "variant": variant.value}
                rows.append(common.told(row | transfer(setup, twin, variant, seed, options.quick)))
    return rows


def transfer(setup: Any, twin: Any, variant: Variant, seed: int, quick: bool) -> dict[str, float]:
    """Train on the twin, score there and on the device."""
    train_digits, test_digits = (100, 20) if quick else (TRAIN, TEST)
    task = load_task("temporal-mnist", train=train_digits, test=test_digits, seed=seed)
    nodes, epochs = (2, 1) if quick else (NODES, EPOCHS)
    settings = TrainSettings(variant=variant, nodes=(nodes,), epochs=epochs, seed=seed)
    network = train(task, twin, settings)
    on_twin = score_on_twins(network, task, twin, noise=variant is not Variant.DETERMINISTIC)
    on_device = common.score_on_device(network, task, setup)
    return {"twin": on_twin, "device": on_device, "gap": round(on_twin - on_device, 4)}


def summarise(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return mean and spread of scores and gap for each size and variant."""
    groups: dict[tuple, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["size"], row["noise_share"], row["variant"]), []).append(row)
    return [
        {"size": size, "noise_share": noise, "variant": variant, "seeds": len(group)}
        | {key: common.spread([row[key] for row in group]) for key in ("twin", "device", "gap")}
        for (size, noise, variant), group in groups.items()
    ]


def plot(summary: list[dict[str, Any]], path: Path) -> None:
    """Draw scores on the device, and gaps, against the noise."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
    for variant in dict.fromkeys(row["variant"] for row in summary):
        mine = sorted((r for r in summary if r["variant"] == variant), key=lambda r: r["noise_share"])
        for axis, key in zip(axes, ("device", "gap"), strict=True):
            values, errors = [r[key]["mean"] for r in mine], [r[key]["std"] for r in mine]
            axis.errorbar([r["noise_share"] for r in mine], values, errors, marker="o", label=variant)
    for axis, label in zip(axes, ("accuracy on the array", "transfer gap (twin minus array)"), strict=True):
        axis.set(xscale="log", xlabel="noise from repeat to repeat / deviation of the readout", ylabel=label)
    axes[0].legend(frameon=False)
    figure.savefig(path, dpi=150)


def main() -> None:
    """Print a row for each network and the mean and spread over seeds."""
    options = common.options_of(__doc__, plot={"type": Path}, sizes={"type": int, "nargs": "*"})
    sizes = options.sizes or (SIZES[:1] if options.quick else SIZES)
    rows = [row for size in sizes for row in one_size(size, options)]
    summary = summarise(rows)
    if options.plot:
        plot(summary, options.plot)
    common.show({"network": rows, "summary": summary}, options.json)


if __name__ == "__main__":
    main()
