"""What the demo found, as plain numbers: report.json's content and the sequence that is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from nado_lab.lab.reports import Prediction
from nado_lab.lab.store import Run
from nado_lab.lab.workflow.statistics import accuracy, wilson_interval

if TYPE_CHECKING:
    from nado_lab.lab.demo.demo import DemoSettings
    from nado_lab.twin import Twin

PACKAGES = ("nado-lab", "torch", "numpy", "zarr", "pymeasure", "pyvisa")


@dataclass(frozen=True)
class Outcome:
    """Results of all stages, before they are put into words."""

    scores: dict[str, Any]
    targets: np.ndarray  # (trial,)
    on_twin: dict[str, np.ndarray]  # variant -> (draw, trial, class)
    on_device: dict[str, np.ndarray]  # variant -> (trial, class)
    runs: dict[str, Path]


def report_of(
    outcome: Outcome, settings: DemoSettings, identities: dict[str, str], wall_s: dict[str, float], out: Path
) -> dict[str, Any]:
    """Put the outcome into the keys that readers of report.json rely on."""
    accuracies = {name: _compare(outcome, name) for name in outcome.on_device}
    gaps = {
        name: accuracies[name]["twin"] - accuracies[name]["device"]
        for name in ("noise_aware", "deterministic")
    }
    return {
        "setup": settings.setup,
        "seed": settings.seed,
        "wall_s": wall_s,
        "twin": outcome.scores,
        "task": "temporal-mnist",
        "n_test": len(outcome.targets),
        "nodes": settings.nodes,
        "accuracy": accuracies,
        "transfer_gap": gaps,
        "targets": _targets(outcome.scores, accuracies, gaps, wall_s),
        "device": identities,
        "runs": {name: path.relative_to(out).as_posix() for name, path in outcome.runs.items()},
        "versions": {name: version(name) for name in PACKAGES},
    }


def _compare(outcome: Outcome, name: str) -> dict[str, Any]:
    count = len(outcome.targets)
    twin = float(np.mean([accuracy(draw, outcome.targets) for draw in outcome.on_twin[name]]))
    device = accuracy(outcome.on_device[name], outcome.targets)
    return {
        "twin": twin,
        "device": device,
        "twin_interval": wilson_interval(twin, count),
        "device_interval": wilson_interval(device, count),
    }


def _targets(
    scores: dict[str, Any],
    accuracies: dict[str, dict[str, Any]],
    gaps: dict[str, float],
    wall_s: dict[str, float],
) -> list[dict[str, Any]]:
    """State what the demo is asked to reach beside what came, met or not."""
    floor = scores["floor"]
    mean_ratio = scores["mean_error"] / floor["mean_error"]
    std_ratio = scores["std_error"] / floor["std_error"]
    gain = accuracies["noise_aware"]["device"] - accuracies["reservoir"]["device"]
    rows = [
        ("mean error of the twin at most 1.5 times the floor", mean_ratio, mean_ratio <= 1.5),
        ("deviation error of the twin at most 2 times the floor", std_ratio, std_ratio <= 2.0),
        (
            "transfer gap of the noise-aware network at most 0.03",
            gaps["noise_aware"],
            gaps["noise_aware"] <= 0.03,
        ),
        ("device accuracy above that of the reservoir by", gain, gain > 0),
        ("wall time at most 240 s", wall_s["total"], wall_s["total"] <= 240),
    ]
    return [{"asked": asked, "came": came, "met": bool(met)} for asked, came, met in rows]


def shown_sequence(twin: Twin, run: Path, seed: int, draws: int = 200) -> Prediction:
    """Take the first held-out sequence: its repeats as measured, and as many draws of the twin."""
    data = Run.open(run).dataset()
    mine = data.isel(trial=np.flatnonzero(data["sequence"].values == 0))
    drive = torch.as_tensor(mine["drive"].values[0], dtype=torch.float32)
    with torch.no_grad():
        generator = torch.Generator().manual_seed(seed)
        predicted = twin.respond(drive.expand(draws, *drive.shape), generator=generator)
    return Prediction(
        field_mt=mine["field"].values[0] * 1e3,
        measured=mine["readout"].values,
        predicted=predicted.numpy(),
        channels=tuple(str(name) for name in mine["channel"].values),
        units=str(mine["readout"].attrs["units"]),
    )
