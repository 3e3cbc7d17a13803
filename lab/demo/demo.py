"""`nado demo`: measure, fit, train, deploy and compare, once, on a small scale.

The demo is a user of the application like any other: it opens a setup by name and calls the verbs of
`nado_lab.lab.workflow`, one after another.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.compose import open_source
from nado_lab.lab.demo.report import Outcome, report_of
from nado_lab.lab.demo.settings import DemoSettings
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.reports import write_demo_report
from nado_lab.lab.reports.demo_report import DemoReport
from nado_lab.lab.runs.observer import Observer, Staged
from nado_lab.lab.setup import OpenSetup, SetupSource
from nado_lab.lab.workflow.deploy import DeployRequest, DeployResult, deploy
from nado_lab.lab.workflow.fit import FitRequest, FitResult, fit, fit_each
from nado_lab.lab.workflow.measure import MeasureRequest, measure
from nado_lab.lab.workflow.train import TrainRequest, TrainResult, train
from nado_lab.network import TaskChoice, TrainSettings, Variant
from nado_lab.twin import FitSettings, ModelSizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nado_lab.lab.setup import Setup

OTHER_SEQUENCES = 1_000_000
"""Added to the seed of the drives that are fitted, gives that of those that score."""


class Stopwatch:
    """Wall-clock seconds of each stage."""

    def __init__(self) -> None:
        self._started = self._last = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Book the time since the last lap on `stage`."""
        now = time.perf_counter()
        self.seconds[stage], self._last = now - self._last, now

    def report(self) -> dict[str, float]:
        """Return the seconds of all stages, and the total."""
        return {**self.seconds, "total": time.perf_counter() - self._started}


def run_demo(out: Path, settings: DemoSettings, observer: Observer | None = None) -> DemoReport:
    """Close the loop once into the new folder `out`; return what stands in its report.json."""
    refuse_existing(out)
    out.mkdir(parents=True)
    watch, observer = Stopwatch(), observer or Observer()
    with open_source(settings.source) as setup:
        identities, opened = setup.identities(), _as_opened(setup)
        settings = settings.shared(len(setup.devices))
        fitted, kept = measure_both(out / "runs", settings, observer, opened)
        watch.lap("measure")
        twins = fit_twins(fitted, kept, out, setup.devices, settings, observer)
        watch.lap("fit")
        networks = train_networks([twin.path for twin in twins], out, settings, observer)
        watch.lap("train")
        deployed = deploy_networks(networks, out / "runs", settings, observer, opened)
        watch.lap("deploy")
    runs = {f"deploy_{name}": each.deployment.runs[0] for name, each in deployed.items()}
    outcome = Outcome(
        metrics=worst(twins).metrics,
        deployments={name: each.report for name, each in deployed.items()},
        runs={"fit": fitted, "repeats": kept, **runs},
    )
    report = report_of(outcome, settings, identities, watch.report(), out)
    write_demo_report(report, out)
    return report


def measure_both(
    runs: Path, settings: DemoSettings, observer: Observer, opened: OpenSetup
) -> tuple[Path, Path]:
    """Measure single-shot sequences to fit on, and other sequences many times to score on."""
    runs.mkdir()
    plans = {
        "fit": {"sequences": settings.sequences, "repeats": 1, "seed": settings.seed},
        "repeats": {
            "sequences": settings.held_out_sequences,
            "repeats": settings.repeats,
            "seed": settings.seed + OTHER_SEQUENCES,
        },
    }
    for name, plan in plans.items():
        request = MeasureRequest(
            "characterise", runs / f"{name}.zarr", settings.source, plan | {"steps": settings.steps}
        )
        measure(request, Staged(observer, f"measure ({name})"), opened)
    return runs / "fit.zarr", runs / "repeats.zarr"


def fit_twins(
    run: Path, kept: Path, out: Path, devices: tuple[str, ...], settings: DemoSettings, observer: Observer
) -> list[FitResult]:
    """Fit a twin to the single-shot run and score it on the other; of devices side by side one each."""
    chosen = FitSettings(
        mean_steps=settings.mean_steps,
        score_steps=settings.score_steps,
        batch=96,
        seed=settings.seed,
        model=ModelSizes(hidden=settings.hidden),
    )
    request = FitRequest((run,), out / "device.twin", chosen, scored_on=(kept,))
    if not devices:
        return [fit(request, Staged(observer, "fit twin"))]
    found = fit_each(replace(request, out=out / "twins"), Staged(observer, "fit twins"))
    return [found[name] for name in devices]


def worst(twins: list[FitResult]) -> FitResult:
    """Take the twin whose mean error is the largest beside its noise floor."""

    def ratio(twin: FitResult) -> float:
        error, floor = twin.metrics.mean_error, getattr(twin.metrics.floor, "mean_error", None)
        return error / floor if error is not None and floor else 0.0

    return max(twins, key=ratio)


def train_networks(
    twins: list[Path], out: Path, settings: DemoSettings, observer: Observer
) -> dict[Variant, TrainResult]:
    """Train the three variants through the twin, with the same nodes, seed and data."""
    sizes = {"train": settings.train_digits, "test": settings.test_digits, "seed": settings.seed}
    task = TaskChoice("temporal-mnist", sizes)
    networks = {}
    for variant in Variant:
        chosen = TrainSettings(
            variant=variant, nodes=(settings.nodes,), epochs=settings.epochs, seed=settings.seed
        )
        to = out / "networks" / f"{name_of(variant)}.net"
        request = TrainRequest(task, tuple(twins), to, chosen)
        networks[variant] = train(request, Staged(observer, f"train {variant.value}"))
    return networks


def deploy_networks(
    networks: dict[Variant, TrainResult],
    runs: Path,
    settings: DemoSettings,
    observer: Observer,
    opened: OpenSetup,
) -> dict[str, DeployResult]:
    """Send every network to the device and let it read the test digits."""
    deployed = {}
    for variant, trained in networks.items():
        to = runs / f"deploy_{name_of(variant)}"
        request = DeployRequest(trained.path, to, (settings.source,), seed=settings.seed)
        deployed[name_of(variant)] = deploy(request, Staged(observer, f"deploy {variant.value}"), opened)
    return deployed


def name_of(variant: Variant) -> str:
    """Name a variant in files and in the report's keys."""
    return variant.value.replace("-", "_")


def _as_opened(setup: Setup) -> OpenSetup:
    """Give the setup that is open already to whoever wants to open it."""

    @contextmanager
    def opened(source: SetupSource) -> Iterator[Setup]:
        yield setup

    return opened
