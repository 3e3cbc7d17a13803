"""`nado demo`: measure, fit, train, deploy and compare, once, on a small scale.

The demo is a user of the application like any other: it opens a setup by name, runs protocols into zarr
runs, fits a twin to those runs, trains networks through the twin and sends them back to the setup.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from nado_lab.lab.compose import open_named_setup
from nado_lab.lab.demo.report import Outcome, report_of, shown_sequence
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.reports import write_demo_report
from nado_lab.lab.runs import run_protocol
from nado_lab.lab.trials import trials_of
from nado_lab.lab.workflow.deploy_layers import Deployment, deploy
from nado_lab.lab.workflow.play_drives import PlayOptions, monitors_for
from nado_lab.network import NetworkCard, Task, TaskChoice, TrainSettings, Variant, load_task, train
from nado_lab.network import save as save_network
from nado_lab.network.training import answer
from nado_lab.protocols import Characterise
from nado_lab.twin import FitSettings, ModelSizes, Observer, Progress, ScoredOn, evaluate, fit
from nado_lab.twin import save as save_twin

if TYPE_CHECKING:
    from nado_lab.lab.setup import Setup
    from nado_lab.network import DeviceNetwork
    from nado_lab.twin import Twin

Show = Callable[[str, float, str], None]  # (stage, fraction done, what it does now)


@dataclass(frozen=True)
class DemoSettings:
    """How large each stage is. The defaults take about three minutes on two cores."""

    setup: str = "sim:nanoring"
    seed: int = 0
    sequences: int = 4000
    held_out_sequences: int = 8
    repeats: int = 60
    steps: int = 28
    mean_steps: int = 800
    score_steps: int = 900
    hidden: int = 32
    nodes: int = 16
    train_digits: int = 4000
    test_digits: int = 300
    epochs: int = 5
    twin_draws: int = 5


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


def run_demo(out: Path, settings: DemoSettings, show: Show) -> dict[str, Any]:
    """Close the loop once into the new folder `out`; return what stands in its report.json."""
    refuse_existing(out)
    out.mkdir(parents=True)
    watch = Stopwatch()
    with open_named_setup(settings.setup, seed=settings.seed) as setup:
        identities = setup.identities()
        fit_run, repeats_run = measure(setup, out / "runs", settings, show)
        watch.lap("measure")
        twin = fit_twin(fit_run, settings, show)
        scores = evaluate(twin, trials_of(repeats_run), seed=settings.seed)
        twin.card = replace(twin.card, metrics=scores, scored_on=ScoredOn.OTHER_RUNS)
        save_twin(twin, out / "device.twin")
        watch.lap("fit")
        task = load_task(
            "temporal-mnist", train=settings.train_digits, test=settings.test_digits, seed=settings.seed
        )
        networks = train_networks(task, twin, out / "networks", settings, show)
        watch.lap("train")
        on_twin = {name: answers_on_twin(net, name, task, twin, settings) for name, net in networks.items()}
        on_device = deploy_networks(networks, task, setup, out / "runs", settings, show)
        watch.lap("deploy")
    outcome = Outcome(
        scores=scores.to_json(),
        targets=task.test.targets.numpy(),
        on_twin=on_twin,
        on_device={name: each.outputs for name, each in on_device.items()},
        runs={
            "fit": fit_run,
            "repeats": repeats_run,
            **{f"deploy_{name}": each.runs[0] for name, each in on_device.items()},
        },
    )
    report = report_of(outcome, settings, identities, watch.report(), out)
    write_demo_report(report, shown_sequence(twin, repeats_run, settings.seed), out)
    return report


def measure(setup: Setup, runs: Path, settings: DemoSettings, show: Show) -> tuple[Path, Path]:
    """Measure single-shot sequences to fit on, and other sequences many times to score on."""
    runs.mkdir()
    plans = {
        "fit": {"sequences": settings.sequences, "repeats": 1, "seed": settings.seed},
        "repeats": {
            "sequences": settings.held_out_sequences,
            "repeats": settings.repeats,
            "seed": settings.seed + 1_000_000,
        },
    }
    paths = []
    for name, plan in plans.items():
        protocol = Characterise()
        for parameter, value in {**plan, "steps": settings.steps}.items():
            setattr(protocol, parameter, value)
        paths.append(
            run_protocol(
                protocol,
                setup,
                runs / f"{name}.zarr",
                source=settings.setup,
                seed=settings.seed,
                progress=_counter(show, f"measure ({name})"),
                monitors=monitors_for(setup),
            )
        )
    return paths[0], paths[1]


def fit_twin(run: Path, settings: DemoSettings, show: Show) -> Twin:
    """Fit a twin to the single-shot run."""
    chosen = FitSettings(
        mean_steps=settings.mean_steps,
        score_steps=settings.score_steps,
        batch=96,
        seed=settings.seed,
        model=ModelSizes(hidden=settings.hidden),
    )
    return fit(trials_of(run), chosen, _FitShown(show))


class _FitShown(Observer):
    """Show the share of the fit and its loss on held-out trials."""

    def __init__(self, show: Show) -> None:
        self._show = show

    def progress(self, progress: Progress) -> None:
        held_out = progress.figures["held_out"]
        self._show("fit twin", progress.share, f"{progress.doing}, held-out loss {held_out:.3f}")


class _Shown(Observer):
    def __init__(self, show: Show, stage: str) -> None:
        self._show, self._stage = show, stage

    def progress(self, progress: Progress) -> None:
        """Show how far the stage is."""
        self._show(self._stage, progress.share, progress.doing)


def train_networks(
    task: Task, twin: Twin, out: Path, settings: DemoSettings, show: Show
) -> dict[str, DeviceNetwork]:
    """Train the three variants through the twin, with the same nodes, seed and data."""
    networks = {}
    for variant in Variant:
        chosen = TrainSettings(
            variant=variant, nodes=(settings.nodes,), epochs=settings.epochs, seed=settings.seed
        )
        stage = f"train {variant.value}"

        name = variant.value.replace("-", "_")
        show(stage, 0.0, "")
        networks[name] = train(task, twin, chosen, _Shown(show, stage))
        show(stage, 1.0, "")
        save_network(networks[name], out / f"{name}.net", _card(settings, chosen, out.parent / "device.twin"))
    return networks


def _card(settings: DemoSettings, chosen: TrainSettings, twin: Path) -> NetworkCard:
    """Write down what `nado network evaluate` and `nado deploy` need to know of a network."""
    options = {"train": settings.train_digits, "test": settings.test_digits, "seed": settings.seed}
    return NetworkCard(TaskChoice("temporal-mnist", options), chosen, (str(twin.resolve()),))


def answers_on_twin(network: DeviceNetwork, name: str, task: Task, twin: Twin, settings: DemoSettings) -> Any:
    """Answer the test digits on the twin the network was trained on: (draw, trial, class)."""
    noise = name != "deterministic"
    draws = range(settings.twin_draws if noise else 1)
    answers = [
        answer(network, task.test.inputs, twin, noise=noise, seed=settings.seed + 1 + draw) for draw in draws
    ]
    return torch.stack(answers).numpy()


def deploy_networks(
    networks: dict[str, DeviceNetwork],
    task: Task,
    setup: Setup,
    runs: Path,
    settings: DemoSettings,
    show: Show,
) -> dict[str, Deployment]:
    """Send every network to the device and let it read the test digits."""
    deployed = {}
    for name, network in networks.items():
        stage = f"deploy {name.replace('_', '-')}"
        options = PlayOptions(progress=_counter(show, stage), source=settings.setup, seed=settings.seed)
        deployed[name] = deploy(network, task.test.inputs.numpy(), setup, runs / f"deploy_{name}", options)
    return deployed


def _counter(show: Show, stage: str) -> Callable[[int, int], None]:
    """Make a progress(done, total) of a stage."""
    return lambda done, total: show(stage, done / total, f"{done} of {total} trials")
