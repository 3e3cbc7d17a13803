"""Recurrent networks on memristors side by side, step by step: how well they transfer, how long a step takes.

python -m benchmarks.recurrent --json            a few minutes a seed
python -m benchmarks.recurrent --json --quick    small sizes: it runs, its numbers say nothing

Twins are fitted to whole trials; the networks are deployed on `sim:memristor` one step at a time, a device a
node: with and without recurrent connections, trained noise-aware and on deterministic twins. Latency is that
of a step by the wall's clock, on the simulated bench (whose time is not the wall's) and on one served over
TCP.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from nado_lab.instruments import load_setup, open_setup
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.store import Run, run_timing
from nado_lab.lab.workflow.deploy import DeployRequest, deploy
from nado_lab.lab.workflow.fit import FitRequest, fit
from nado_lab.lab.workflow.measure import MeasureRequest, measure
from nado_lab.lab.workflow.train import TrainRequest, train
from nado_lab.network import TaskChoice, TrainSettings, Variant
from nado_lab.sim_backend import WallClock, open_bench, serve
from nado_lab.twin import FitSettings
from network_bench import gathered, options_of, summarised

SETUP, TASK = "sim:memristor", "mackey-glass"
WAYS = (
    ("recurrent, noise-aware", True, Variant.NOISE_AWARE),
    ("recurrent, deterministic", True, Variant.DETERMINISTIC),
    ("without recurrence", False, Variant.NOISE_AWARE),
)
SEEDS = (11, 12, 13)
SERVED_STEPS = {True: 40, False: 300}


def main() -> None:
    """Run the benchmark and print what was found."""
    options = options_of(__doc__)
    found = gathered(options, lambda: measured(options))
    found["summary"] = summarised(found["networks"], ("way",), ("twin", "device", "gap"))
    print_found(found, options)


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """Return a row a network and seed, and a row a bench with the latency of its steps."""
    seeds = options.seeds or (SEEDS[:1] if options.quick else SEEDS)
    networks, latency = [], []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            rows, simulated = of_seed(Path(folder), seed, quick=options.quick)
        networks += rows
        latency.append(simulated)
    latency.append(served_latency(SERVED_STEPS[options.quick]))
    return {"networks": networks, "latency": latency}


def of_seed(folder: Path, seed: int, *, quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Measure a specimen, fit its twins, train and deploy a network each way."""
    nodes = 2 if quick else 4
    source = SetupSource(SETUP, seed)
    sizes = {"sequences": 12 if quick else 200, "steps": 30 if quick else 60, "seed": seed}
    run = measure(MeasureRequest("characterise", folder / "fit.zarr", source, sizes)).run
    steps = {"mean_steps": 10, "likelihood_steps": 5, "score_steps": 0} if quick else {}
    twins = []
    for device in load_setup(SETUP).devices[:nodes]:  # pyright: ignore[reportAttributeAccessIssue]
        out = folder / f"{device}.twin"
        asked = FitRequest((Path(run.path),), out, FitSettings(seed=seed, **steps), device=device)
        twins.append(fit(asked).path)
    task = TaskChoice(TASK, {"train": 20 if quick else 120, "test": 4 if quick else 40, "seed": seed})
    rows = []
    for number, (way, recurrent, variant) in enumerate(WAYS[:1] if quick else WAYS):
        settings = TrainSettings.of(
            nodes=(nodes,), epochs=1 if quick else 20, recurrent=recurrent, variant=variant, seed=seed
        )
        network = folder / f"{number}.net"
        train(TrainRequest(task, tuple(twins), network, settings))
        out = folder / f"deployed{number}"
        started = time.perf_counter()
        report = deploy(
            DeployRequest(network, out, (SetupSource(SETUP, seed, seed),), seed=seed, stepwise=True)
        ).report
        rows.append(
            {
                "way": way,
                "seed": seed,
                "metric": report.metric,
                "twin": report.twin,
                "device": report.device,
                "gap": report.transfer_gap,
                "gap_low": report.gap_low,
                "gap_high": report.gap_high,
                "deploy_wall_s": time.perf_counter() - started,
            }
        )
    return rows, {"bench": SETUP, "seed": seed, **of_run(Run.open(folder / "deployed0" / "layer0.zarr"))}


def of_run(run: Run) -> dict[str, Any]:
    """Return the latency of a run's steps in ms."""
    timing = run_timing(run)
    if timing.latency is None or timing.late is None:
        return {}
    return {
        "steps": timing.steps,
        "period_ms": 1e3 * (timing.step_s or 0.0),
        "latency_ms": 1e3 * timing.latency.median,
        "latency_99_ms": 1e3 * timing.latency.high,
        "late_ms": 1e3 * timing.late.median,
        "late_99_ms": 1e3 * timing.late.high,
    }


def served_latency(steps: int) -> dict[str, Any]:
    """Step a source-meter's memristor that is served over TCP, by the wall's clock."""
    name = "sim:memristor-smu"
    with ExitStack() as stack:
        config = load_setup(name)
        bench = open_bench("memristor", clock=WallClock(), **config.simulation)
        stack.callback(bench.close)
        server = stack.enter_context(serve(bench))
        reached = config.with_addresses(server.addresses(), "@py").model_copy(update={"simulation": {}})
        setup = stack.enter_context(open_setup(reached))
        trial = stack.enter_context(setup.begin())
        rng = np.random.default_rng(0)
        played = [trial.play(rng.uniform(-1, 1, 1)) for _ in range(steps)]
    latency, late = ([getattr(step, what) for step in played[1:]] for what in ("latency_s", "late_s"))
    found = {"bench": f"{name}, served", "steps": steps, "period_ms": 1e3 * setup.step_period_s}
    for what, seconds in (("latency", latency), ("late", late)):
        found |= {f"{what}_ms": 1e3 * float(np.median(seconds))}
        found |= {f"{what}_99_ms": 1e3 * float(np.quantile(seconds, 0.99))}
    return found


def print_found(found: dict[str, Any], options: argparse.Namespace) -> None:
    """Print JSON, or a line a row."""
    import json

    if options.json:
        print(json.dumps(found, indent=2))
        return
    for row in [*found["networks"], *found["latency"]]:
        print(", ".join(f"{key} {value}" for key, value in row.items()))


if __name__ == "__main__":
    main()
