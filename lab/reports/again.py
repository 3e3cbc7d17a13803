"""The command that makes a thing again: the same experiment exactly, from what was stored of it.

Numbers are written so that they are read back as they were, and every seed is named.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.noise_seed import write_noise_seed
from nado_lab.lab.reports.demo_report import DEFAULT_SETUP
from nado_lab.lab.reports.twin_origin import FitOrigin, RecalibrationOrigin
from nado_lab.protocols.registry import EPISODES, NEEDS_A_PROGRAM

if TYPE_CHECKING:
    from nado_lab.lab.reports.demo_report import DemoReport
    from nado_lab.lab.reports.deployment_report import DeploymentReport
    from nado_lab.lab.store import MonitorRecord, ParameterRecord, RunMetadata, SetupRecord
    from nado_lab.network import NetworkCard, Refinement, TaskChoice, TrainSettings
    from nado_lab.twin import FitSettings, TwinCard

FIT_OPTIONS = ("method", "budget_s", "mean_steps", "likelihood_steps", "score_steps", "adversarial_steps")
"""Settings that `nado twin fit` takes by name, beside the seed."""
TASK_OPTIONS = ("seed", "train", "test")
"""Options of a task that `nado network train` takes by name."""


def measure_again(known: RunMetadata, path: str) -> str:
    """Write the command that measures a run again; one of drives that a program chose is replayed.

    Of episodes the same drives are asked for step by step; the loop that chose them is not there.
    """
    protocol = known.protocol
    if protocol is None:
        return f"# {path} was not measured by a protocol of nado"
    words = ["nado", "measure", *_protocol(protocol.name), *_setup(known.setup)]
    if protocol.name in NEEDS_A_PROGRAM:
        words += ["-p", f"of={path}"]
    told = {name: _text(each) for name, each in protocol.parameters.items() if each.value is not None}
    if protocol.name == EPISODES:
        told = {"stepwise": "true"}
    words += [word for name, text in told.items() for word in ("-p", f"{name}={text}")]
    return shlex.join([*words, *_monitors(known.monitors), "--out", "again.zarr"])


def fit_again(card: TwinCard) -> tuple[str, ...]:
    """Write the command that fits (or recalibrates) a twin again: the same runs, settings and seed."""
    if again := RecalibrationOrigin.of(card.other):
        return (_recalibrate(again),)
    if card.recalibrated or card.adapted:
        return ("# recalibrated from another twin; the card of an older version does not say which",)
    share = card.split.scored_share if card.split and card.split.scored_share is not None else 0.1
    asked = FitOrigin.of(card.other) or FitOrigin(card.runs, scored_share=share)
    if card.fit is None or not asked.runs:
        return ("# the twin's card does not say what it was fitted to",)
    return (_fit(asked, card.fit.settings),)


def _fit(asked: FitOrigin, settings: FitSettings) -> str:
    usual, chosen = type(settings)(), settings.to_json()
    own = {"seed": chosen.pop("seed")}
    own |= {name: chosen.pop(name) for name in FIT_OPTIONS if getattr(settings, name) != getattr(usual, name)}
    told = {name: value for name, value in chosen.items() if value != usual.to_json()[name]}
    words = ["nado", "twin", "fit", *asked.runs]
    words += [word for name, value in own.items() for word in (_option(name), _plain(value))]
    words += ["--level", asked.level, "--scored-share", json.dumps(asked.scored_share)]
    words += [*_each("--scored-on", asked.scored_on), "--memory-gb", json.dumps(asked.memory_gb)]
    words += (["--keep-all"] if asked.keep_all else []) + (["--start", asked.start] if asked.start else [])
    words += _each("--set", (f"{name}={_plain(value)}" for name, value in told.items()))
    return shlex.join([*words, "--out", "again.twin"])


def _recalibrate(asked: RecalibrationOrigin) -> str:
    words = ["nado", "twin", "recalibrate", asked.twin, *asked.runs, "--seed", str(asked.seed)]
    words += [] if asked.steps is None else ["--steps", str(asked.steps)]
    words += ["--fit-steps", str(asked.fit_steps), *_each("--scored-on", asked.scored_on)]
    return shlex.join([*words, "--out", "again.twin"])


def train_again(card: NetworkCard) -> tuple[str, ...]:
    """Write the commands that train a network again: on the same examples, from the same weights."""
    if card.task is None or card.settings is None:
        return ("# the network's card does not say how it was trained",)
    if card.loop:
        return (f"# trained in round {card.loop.round} of a loop: the report of its folder says how",)
    trained = _train(card.task, card.settings, card.twins)
    return (trained,) if card.refined is None else (trained, _refine(card.refined, card.twins))


def _train(task: TaskChoice, settings: TrainSettings, twins: Sequence[str]) -> str:
    options, nodes = task.options, settings.nodes
    seed = options.get("seed", 0)
    usual = type(settings)().model_copy(update={"seed": seed, "nodes": (nodes[0],) * len(nodes)})
    chosen = {name: value for name, value in settings if value != getattr(usual, name)}
    own = {"seed": seed, "nodes": nodes[0], "layers": len(nodes)}
    own |= {name: options[name] for name in TASK_OPTIONS[1:] if name in options}
    own |= {name: chosen.pop(name) for name in ("variant", "method", "epochs") if name in chosen}
    words = ["nado", "network", "train", task.name, *_each("--twin", twins)]
    words += [word for name, value in own.items() for word in (f"--{name}", _plain(value))]
    words += _each("-p", (f"{name}={_plain(options[name])}" for name in options if name not in TASK_OPTIONS))
    words += _each("--set", (f"{name}={_plain(value)}" for name, value in chosen.items()))
    return shlex.join([*words, "--out", "again.net"])


def _refine(refined: Refinement, twins: Sequence[str]) -> str:
    words = ["nado", "network", "refine", "again.net", *_each("--setup", refined.on), *_each("--twin", twins)]
    for name in ("examples", "epochs", "learning_rate", "seed", "test_examples"):
        value = getattr(refined, name)
        option = "--test" if name == "test_examples" else _option(name)
        words += [] if value is None else [option, _plain(value)]
    return shlex.join([*words, "--out", "refined.net"])


def sweep_again(config: Path, *, searched: bool) -> str:
    """Write the command that does a sweep again, over its grid or as a search."""
    return shlex.join(["nado", "sweep", str(config), *(["--optimise"] if searched else []), "--out", "again"])


def loop_again(config: Path) -> str:
    """Write the command that does a loop again; its configuration holds all seeds."""
    return shlex.join(["nado", "loop", str(config), "--out", "again"])


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _each(option: str, values: Iterable[str]) -> list[str]:
    return [word for value in values for word in (option, value)]


def _plain(value: object) -> str:
    """Write a value so that the command line reads it back: JSON, or text that is no JSON."""
    if not isinstance(value, str):
        return json.dumps(value)
    try:
        json.loads(value)
    except ValueError:
        return value
    return json.dumps(value)


def deploy_again(report: DeploymentReport) -> str:
    """Write the command that deploys a network again: on the same specimens, with the same noise."""
    specimens = report.specimens or tuple(report.seed + index for index in range(len(report.setups)))
    noise = report.noise_seeds or (None,) * len(report.setups)
    first = specimens[0]
    usual = tuple(first + index for index in range(len(specimens)))
    counted = noise[0] is None or noise == tuple(noise[0] + index for index in range(len(noise)))
    if specimens != usual or report.seed != first or not counted:
        return f"# deployed by a program: specimens {specimens}, noise {noise}, seed {report.seed}"
    words = ["nado", "deploy", report.network, *_each("--setup", report.setups), "--specimen", str(first)]
    words += ["--noise-seed", write_noise_seed(noise[0]), *_each("--fault", report.faults)]
    words += [*_each("--twin", report.twins), "--test", str(report.n_test)]
    if report.refit_share is not None:
        words += ["--refit-readout", json.dumps(report.refit_share)]
    return shlex.join([*words, "--out", "again"])


def demo_again(report: DemoReport) -> str:
    """Write the command that runs a demo again."""
    quick = ["--quick"] if report.quick else []
    setup = [] if report.setup == DEFAULT_SETUP else ["--setup", report.setup]
    return shlex.join(["nado", "demo", *setup, "--seed", str(report.seed), *quick, "--out", "again"])


def _protocol(name: str) -> Sequence[str]:
    if name in NEEDS_A_PROGRAM:
        return ("replay",)
    return ("--protocol", name) if ".py:" in name else (name,)


def _setup(record: SetupRecord | None) -> Iterator[str]:
    if record and record.source:
        yield from ("--setup", record.source, "--specimen", str(record.seed))
        yield from ("--noise-seed", write_noise_seed(record.noise_seed))
        yield from _each("--fault", record.faults)


def _monitors(record: MonitorRecord | None) -> Iterator[str]:
    if record:
        yield from ("--monitor-every", json.dumps(record.every_s))
        for name, (low, high) in record.limits.items():
            yield from ("--limit", f"{name}={_end(low)}:{_end(high)}")


def _end(value: float | None) -> str:
    return "" if value is None else json.dumps(value)


def _text(parameter: ParameterRecord) -> str:
    """Write a parameter's value in full, a number with its unit."""
    value = parameter.value
    if isinstance(value, str):
        return value
    unit = parameter.units if isinstance(value, int | float) and not isinstance(value, bool) else ""
    return f"{json.dumps(value)} {unit}".strip()
