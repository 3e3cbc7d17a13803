"""The whole loop on one family of devices: twins beside the floor, networks on the bench over several seeds.

    python -m benchmarks.families --setup sim:memristor [--json] [--quick] [--seeds 11 12 13 14 15]

Twins are fitted once with no option (of devices side by side one each) to single-shot sequences and scored
on three runs of repeats, each with noise of its own. Then for every seed (task, weights, noise of the twins
and of the bench): a network trained through the twins with their noise, one without it, one with random
weights; all deployed, and beside them the ridge and the logistic regression that see the input without any
device. Means over seeds stand with their standard errors; gaps are twin minus device, in points, positive
where the device is worse.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from nado_lab.lab.setup import SetupSource
from nado_lab.lab.workflow.deploy import DeployRequest, deploy
from nado_lab.lab.workflow.fit import FitRequest, FitResult, fit, fit_each
from nado_lab.lab.workflow.measure import MeasureRequest, measure
from nado_lab.lab.workflow.train import TrainRequest, train
from nado_lab.network import TaskChoice, TrainSettings, Variant, load_task
from nado_lab.network.baselines.linear import linear_baselines
from nado_lab.twin import FitSettings

SEEDS = (11, 12, 13, 14, 15)
ERRORS = ("mean_error", "std_error", "autocov_error")
FULL_POINTS = 100.0


@dataclass(frozen=True)
class Size:
    """How much is measured, trained and scored."""

    sequences: int = 2000
    repeat_runs: int = 3
    repeats: int = 100
    nodes: int = 16
    train: int = 4000
    test: int = 500
    epochs: int = 5
    fit: FitSettings | None = None


QUICK = Size(30, 1, 4, 2, 60, 10, 1, FitSettings(mean_steps=10, likelihood_steps=10, score_steps=3))


@dataclass(frozen=True)
class NetworkRow:
    """One network of one seed: its scores on twins and bench, and the gap in points with its interval."""

    seed: int
    variant: str
    twin: float
    device: float
    gap_points: float
    gap_low: float | None
    gap_high: float | None


def fitted_twins(setup: str, size: Size, folder: Path) -> dict[str, FitResult]:
    """Measure and fit; return the twins by the name of their device."""
    fitted = folder / "fit.zarr"
    plan = {"sequences": size.sequences, "repeats": 1, "steps": 28, "seed": 77}
    measure(MeasureRequest("characterise", fitted, SetupSource(setup, noise_seed=7), plan))
    scored = [folder / f"repeats_{n}.zarr" for n in range(size.repeat_runs)]
    for number, out in enumerate(scored):
        source = SetupSource(setup, noise_seed=100 + number)
        plan = {"repeats": size.repeats, "seed": 1_000_000}
        measure(MeasureRequest("repeats", out, source, plan))
    request = FitRequest((fitted,), folder / "twins", size.fit or FitSettings(), scored_on=tuple(scored))
    if has_devices(setup):
        return fit_each(request)
    return {"": fit(FitRequest((fitted,), folder / "device.twin", request.settings, scored_on=tuple(scored)))}


def has_devices(setup: str) -> bool:
    """Tell whether the setup drives devices side by side."""
    from nado_lab.lab.compose import open_source

    with open_source(SetupSource(setup)) as opened:
        return bool(opened.devices)


def in_floors(twin: FitResult) -> dict[str, float]:
    """Return the errors of a twin in times of the floor, with the coverage of its bands."""
    found, floor = twin.metrics, twin.metrics.floor
    if floor is None:
        return {}
    ratios = {name: round(getattr(found, name) / getattr(floor, name), 3) for name in ERRORS}
    bands = {name: round(getattr(found, name), 3) for name in ("coverage50", "coverage90")}
    return ratios | bands


def networks(setup: str, twins: list[Path], seed: int, size: Size, folder: Path) -> list[NetworkRow]:
    """Train, deploy and score the three variants with one seed."""
    task = TaskChoice("temporal-mnist", {"train": size.train, "test": size.test, "seed": seed})
    rows = []
    for variant in Variant:
        net = folder / f"{variant.value}_{seed}.net"
        settings = TrainSettings(variant=variant, nodes=(size.nodes,), epochs=size.epochs, seed=seed)
        train(TrainRequest(task, tuple(twins), net, settings))
        source = SetupSource(setup, noise_seed=1000 + seed)
        report = deploy(DeployRequest(net, folder / f"{variant.value}_{seed}", (source,), seed=seed)).report
        gaps = (report.transfer_gap, report.gap_low, report.gap_high)
        points = [None if gap is None else round(FULL_POINTS * gap, 2) for gap in gaps]
        rows.append(
            NetworkRow(seed, variant.value, report.twin, report.device, points[0] or 0.0, *points[1:])
        )
    return rows


def without_device(seed: int, size: Size) -> dict[str, float]:
    """Return the scores of the readouts that see the input alone."""
    task = load_task("temporal-mnist", train=size.train, test=size.test, seed=seed)
    return {row.name: row.score for row in linear_baselines(task)}


def mean_of(values: list[float]) -> list[float]:
    """Return mean and standard error."""
    error = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else float("nan")
    return [round(statistics.mean(values), 4), round(error, 4)] if error == error else [values[0]]


def measured(setup: str, seeds: list[int], size: Size) -> dict[str, object]:
    """Close the loop once a seed; return all rows and their means."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        twins = fitted_twins(setup, size, folder)
        fit_s = time.perf_counter() - started
        paths = [twin.path for twin in twins.values()]
        rows = [row for seed in seeds for row in networks(setup, paths, seed, size, folder)]
    plain = [without_device(seed, size) for seed in seeds]
    ratios = {name: in_floors(twin) for name, twin in twins.items()}
    summary: dict[str, object] = {
        name: mean_of([scores[name] for scores in plain]) for name in (plain[0] if plain else {})
    }
    for variant in Variant:
        own = [row for row in rows if row.variant == variant.value]
        summary[variant.value] = {
            "twin": mean_of([row.twin for row in own]),
            "device": mean_of([row.device for row in own]),
            "gap_points": mean_of([row.gap_points for row in own]),
        }
    worst = (
        {name: max(ratio[name] for ratio in ratios.values()) for name in ERRORS}
        if all(ratios.values())
        else {}
    )
    return {
        "setup": setup,
        "twins": ratios,
        "worst_twin": worst,
        "networks": [asdict(row) for row in rows],
        "summary": summary,
        "size": {name: value for name, value in asdict(size).items() if name != "fit"},
        "measure_and_fit_s": round(fit_s, 1),
        "total_s": round(time.perf_counter() - started, 1),
    }


def main() -> None:
    """Print the table of one family."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--setup", default="sim:memristor")
    parser.add_argument("--seeds", type=int, nargs="+", default=None)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    seeds = options.seeds or list(SEEDS[:1] if options.quick else SEEDS)
    found = measured(options.setup, seeds, QUICK if options.quick else Size())
    shown = found if options.json else {name: found[name] for name in ("twins", "worst_twin", "summary")}
    print(json.dumps(shown, indent=2))


if __name__ == "__main__":
    main()
