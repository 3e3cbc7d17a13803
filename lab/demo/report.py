"""What the demo found, as plain numbers: the content of report.json."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.reports.demo_report import DEFAULT_SETUP, Accuracy, DemoReport, Target
from nado_lab.network import wilson_interval

if TYPE_CHECKING:
    from nado_lab.lab.demo.settings import DemoSettings
    from nado_lab.lab.reports.deployment_report import DeploymentReport
    from nado_lab.twin import Metrics

PACKAGES = ("nado-lab", "torch", "numpy", "zarr", "pymeasure", "pyvisa")
TRAINED = ("noise_aware", "deterministic")


@dataclass(frozen=True)
class Outcome:
    """Results of all stages, before they are put into words; deployments and runs by name."""

    metrics: Metrics
    deployments: dict[str, DeploymentReport]
    runs: dict[str, Path]


def report_of(
    outcome: Outcome, settings: DemoSettings, identities: dict[str, str], wall_s: dict[str, float], out: Path
) -> DemoReport:
    """Put the outcome into what readers of report.json rely on."""
    deployed = outcome.deployments
    return DemoReport(
        setup=settings.setup,
        seed=settings.seed,
        quick=settings.quick,
        wall_s=wall_s,
        twin=outcome.metrics,
        task="temporal-mnist",
        n_test=settings.test_digits,
        nodes=settings.nodes,
        accuracy={name: _accuracy(each) for name, each in deployed.items()},
        transfer_gap={name: deployed[name].transfer_gap for name in TRAINED},
        targets=tuple(_targets(outcome, settings, wall_s)),
        device=identities,
        runs={name: path.relative_to(out).as_posix() for name, path in outcome.runs.items()},
        versions={name: version(name) for name in PACKAGES},
    )


def _accuracy(report: DeploymentReport) -> Accuracy:
    intervals = [wilson_interval(share, report.n_test) for share in (report.twin, report.device)]
    return Accuracy(report.twin, report.device, *intervals)


def _targets(outcome: Outcome, settings: DemoSettings, wall_s: dict[str, float]) -> list[Target]:
    """State what the demo is asked to reach beside what came, met or not."""
    found, deployed = outcome.metrics, outcome.deployments
    mean_ratio, std_ratio = (_ratio(found, name) for name in ("mean_error", "std_error"))
    gap = deployed["noise_aware"].transfer_gap
    gain = deployed["noise_aware"].device - deployed["reservoir"].device
    total = wall_s["total"]
    timed = (
        [Target("wall time at most 240 s", total, total <= 240)] if settings.setup == DEFAULT_SETUP else []
    )
    return [
        Target("mean error of the twin at most 1.5 times the floor", mean_ratio, mean_ratio <= 1.5),
        Target("deviation error of the twin at most 2 times the floor", std_ratio, std_ratio <= 2.0),
        Target("transfer gap of the noise-aware network at most 0.03", gap, gap <= 0.03),
        Target("device accuracy above that of the reservoir by", gain, gain > 0),
        *timed,
    ]


def _ratio(metrics: Metrics, name: str) -> float:
    """Give an error in multiples of the noise floor."""
    error, floor = getattr(metrics, name), getattr(metrics.floor, name, None)
    return error / floor if error is not None and floor else float("nan")
