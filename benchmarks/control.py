"""Controllers on sim:memristor: trained through twins, then on the bench step by step, beside baselines.

The twins are fitted to runs of the bench and never see the simulator's inside. Every variant plays the same
episodes on its twins and on the bench. The default takes more than an hour on two cores.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nado_lab.lab.setup import SetupSource
from nado_lab.lab.workflow.deploy_control import DeployControlRequest, deploy_control
from nado_lab.lab.workflow.fit import FitRequest, fit_each
from nado_lab.lab.workflow.measure import MeasureRequest, measure
from nado_lab.lab.workflow.train_control import TrainControlRequest, train_control
from nado_lab.network import EnvironmentChoice, Variant
from nado_lab.network.control import ControlSettings
from nado_lab.twin import FitSettings

SETUP, DEVICES = "sim:memristor", 8
FULL = {"sequences": 400, "steps": 60, "episodes": 100}
QUICK = {"sequences": 24, "steps": 12, "episodes": 2}
FIT = FitSettings(mean_steps=250, score_steps=250)
QUICK_FIT = FitSettings(mean_steps=5, likelihood_steps=5, score_steps=5)
SMALL = {"epochs": 1, "episodes": 4, "horizon": 8}


def twins_of(work: Path, sizes: dict[str, int], settings: FitSettings, seed: int) -> tuple[Path, ...]:
    """Measure the devices and fit a twin to each; those that lie in the folder already are taken."""
    run, out = work / "char.zarr", work / "twins"
    names = [out / f"m{i}.twin" for i in range(DEVICES)]
    if not all(path.exists() for path in names):
        plan = {"sequences": sizes["sequences"], "repeats": 1, "steps": sizes["steps"], "seed": seed}
        measure(MeasureRequest("characterise", run, SetupSource(SETUP, seed), plan))
        fit_each(FitRequest((run,), out, settings))
    return tuple(names)


def one_seed(environment: EnvironmentChoice, work: Path, quick: bool, seed: int) -> list[dict[str, Any]]:
    """Train every variant through the twins of one specimen and deploy it; the first brings the baselines."""
    sizes = QUICK if quick else FULL
    twins = twins_of(work, sizes, QUICK_FIT if quick else FIT, seed)
    rows: list[dict[str, Any]] = []
    for variant in Variant:
        settings = ControlSettings.of(variant=variant, seed=seed, **(SMALL if quick else {}))
        net, first = work / f"{variant.value}.net", variant is Variant.NOISE_AWARE
        asked = TrainControlRequest(
            environment, twins, net, settings, baselines=first, episodes=sizes["episodes"]
        )
        trained = train_control(asked)
        source = SetupSource(SETUP, seed, noise_seed=seed + 1)
        deployed = DeployControlRequest(
            net, work / variant.value, (source,), episodes=sizes["episodes"], seed=seed
        )
        report = deploy_control(deployed)
        own = {"twin": asdict(report.twin), "bench": asdict(report.device), "train_s": trained.wall_s}
        rows.append({"seed": seed, "controller": variant.value, **own, "step": asdict(report.timing)})
        rows += [
            {"seed": seed, "controller": row.name, "plant": asdict(row.score), "parameters": row.parameters}
            for row in trained.baselines
        ]
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    return rows


def main() -> None:
    """Print success and cost of every controller, on its twins and on the bench."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="small sizes: it runs, its numbers say nothing")
    parser.add_argument("--environment", default="pendulum-without-velocity")
    parser.add_argument("--seeds", type=int, nargs="+", default=[11])
    parser.add_argument(
        "--work", type=Path, default=None, help="keep twins, networks and runs in this folder"
    )
    options = parser.parse_args()
    choice = EnvironmentChoice(options.environment, {"steps": 12} if options.quick else {})
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for seed in options.seeds:
            work = (options.work or Path(scratch)) / f"seed{seed}"
            work.mkdir(parents=True, exist_ok=True)
            rows += one_seed(choice, work, options.quick, seed)
    report = {"environment": str(choice), "success_is": choice.load().success_words, "rows": rows}
    if options.json:
        print(json.dumps(report, indent=2, allow_nan=False))
        return
    for row in rows:
        print(json.dumps(row))


if __name__ == "__main__":
    main()
