"""What the commands for networks do where these are controllers of an environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.cli.console import result, say, table
from nado_lab.lab.errors import LabError
from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.json_record import JsonRecord
from nado_lab.network.control import EpisodeScore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nado_lab.lab.setup import SetupSource
    from nado_lab.lab.workflow.deploy_control import ControlReport, DeployControlRequest
    from nado_lab.lab.workflow.evaluate_control import EvaluateControlRequest
    from nado_lab.lab.workflow.train_control import TrainControlRequest
    from nado_lab.network.control import ControlRow


PICTURES = (".png", ".svg", ".pdf")


@dataclass(frozen=True)
class ControlLine(JsonRecord):
    """A row of the table of controllers; `cost` is that of a step, `error` its standard error."""

    controller: str
    success: float
    cost: float
    error: float
    parameters: int | None


@dataclass(frozen=True)
class TrainedController(JsonRecord):
    """What `nado network train ENVIRONMENT` prints."""

    network: str
    environment: str
    success_is: str
    episodes: int
    controllers: tuple[ControlLine, ...]
    wall_s: float


@dataclass(frozen=True)
class EvaluatedController(JsonRecord):
    """What `nado network evaluate` prints of a controller."""

    network: str
    environment: str
    success_is: str
    twin: EpisodeScore
    device: EpisodeScore | None


def is_environment(name: str) -> bool:
    """Tell whether a name is that of an environment, not of a task."""
    from nado_lab.network.environments.catalogue import ENVIRONMENTS

    return name in ENVIRONMENTS


def is_controller(net: Path) -> bool:
    """Tell whether a network file is a controller of an environment."""
    from nado_lab.network import load

    return load(net).card.environment is not None


def refuse_of_tasks(**given: object) -> None:
    """Refuse options that say nothing to a controller."""
    for name, value in given.items():
        if value is not None:
            raise LabError(
                f"--{name} {value} is for tasks; a controller has no training examples and one method. "
                "Say --set episodes=64 for the episodes of an update"
            )


def refuse_of_deploying(**given: object) -> None:
    """Refuse options that say nothing to a controller on a bench."""
    for name, value in given.items():
        if value is not None:
            option = name.replace("_", "-")
            raise LabError(f"--{option} is for networks of tasks; this one controls an environment")


def deployment(
    net: Path,
    out: Path,
    setups: tuple[SetupSource, ...],
    twins: list[Path] | None,
    episodes: int | None,
) -> DeployControlRequest:
    """Put together which controller to send where."""
    from nado_lab.lab.workflow.deploy_control import DeployControlRequest
    from nado_lab.lab.workflow.train_control import EPISODES

    return DeployControlRequest(net, out, setups, tuple(twins or ()), episodes or EPISODES)


def request(
    name: str,
    options: JsonObject,
    twins: tuple[Path, ...],
    out: Path,
    settings: Mapping[str, object],
    episodes: int | None,
) -> TrainControlRequest:
    """Put together what to train on which environment."""
    from nado_lab.lab.workflow.train_control import EPISODES, TrainControlRequest
    from nado_lab.network import EnvironmentChoice
    from nado_lab.network.control import ControlSettings

    chosen = ControlSettings.of(**settings)
    choice = EnvironmentChoice(name, options)
    return TrainControlRequest(choice, twins, out, chosen, episodes=episodes or EPISODES)


def train(asked: TrainControlRequest, after: Callable[[], str], *, as_json: bool) -> None:
    """Train a controller and show the table that it stands in; `after` is told to whoever stops it."""
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.workflow.train_control import train_control
    from nado_lab.network.control import ControlRow

    with shown(after, "training", asked.out) as observer:
        done = train_control(asked, observer)
    name = f"devices, {asked.settings.variant.value}"
    own = ControlRow(name, done.score, done.network.parameter_count)
    found = TrainedController(
        str(asked.out),
        str(asked.environment),
        asked.environment.load().success_words,
        asked.episodes,
        tuple(map(_line, (own, *done.baselines))),
        done.wall_s,
    )
    result(found, as_json, _show_trained)


def evaluation(
    net: Path,
    setups: tuple[SetupSource, ...],
    twins: list[Path] | None,
    episodes: int | None,
    out: Path | None,
    seed: int,
) -> EvaluateControlRequest:
    """Put together which controller to score where."""
    from nado_lab.lab.workflow.evaluate_control import EvaluateControlRequest
    from nado_lab.lab.workflow.train_control import EPISODES

    return EvaluateControlRequest(net, setups, tuple(twins or ()), episodes or EPISODES, out, seed)


def evaluate(asked: EvaluateControlRequest, *, as_json: bool) -> None:
    """Score a controller on its twins, and on a bench where one is named, and show it."""
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.workflow.evaluate_control import evaluate_control

    with shown(lambda: "Give the command again.", "evaluation", asked.network) as observer:
        done = evaluate_control(asked, observer)
    device = done.deployment.device if done.deployment else None
    found = EvaluatedController(str(asked.network), done.environment, done.success_is, done.twin, device)
    result(found, as_json, _show_evaluated)


def deploy(asked: DeployControlRequest, *, as_json: bool) -> None:
    """Play a controller's episodes on a bench and show what they scored there and on the twins."""
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.cli.stopping import if_begun
    from nado_lab.lab.workflow.deploy_control import deploy_control

    with shown(if_begun(asked.out, "the same command with --resume"), "deploy", asked.out) as observer:
        report = deploy_control(asked, observer)
    result(report, as_json, _show_deployed)


def film(net: Path, path: Path, out: Path, number: int) -> None:
    """Draw an episode of a controller as a film strip."""
    from nado_lab.lab.new_output import refuse_existing
    from nado_lab.lab.reports.film_strip import draw_film, read_episode
    from nado_lab.lab.store import Run
    from nado_lab.network import load

    refuse_existing(out)
    if out.suffix not in PICTURES:
        raise LabError(f"--out {out}: a picture ends in {', '.join(PICTURES)}")
    choice, run = load(net).card.controls.environment, Run.open(path)
    setup = run.metadata.setup
    title = f"{choice} on {setup.name if setup else 'a bench'}, episode {number}"
    draw_film(read_episode(run, number), choice.load(), title, out)
    say(f"Picture: {out}")


def _line(row: ControlRow) -> ControlLine:
    return ControlLine(row.name, row.score.success, row.score.cost, row.score.error, row.parameters)


def _show_trained(found: TrainedController) -> None:
    rows = [
        [
            each.controller,
            f"{each.success:.1%}",
            f"{each.cost:.4g} ± {each.error:.1g}",
            _count(each.parameters),
        ]
        for each in found.controllers
    ]
    headings = ["controller", "success", "cost of a step", "parameters"]
    table(f"{found.environment}, {found.episodes} episodes", headings, rows)
    say(f"Success: {found.success_is}. Network: {found.network} ({found.wall_s:.0f} s)")


def _show_evaluated(found: EvaluatedController) -> None:
    _show_scores(found.environment, found.twin, found.device)
    say(f"Success: {found.success_is}")


def _show_deployed(report: ControlReport) -> None:
    _show_scores(report.environment, report.twin, report.device)
    took = report.timing
    say(
        f"Success: {report.success_is}. A step took {1e3 * took.latency_s:.3g} ms "
        f"(99 %: {1e3 * took.latency_99_s:.3g} ms) on this computer's clock"
    )


def _show_scores(environment: str, twin: EpisodeScore, device: EpisodeScore | None) -> None:
    scores = {"twin": twin, "bench": device}
    rows = [
        [name, f"{each.success:.1%}", f"{each.cost:.4g} ± {each.error:.1g}"]
        for name, each in scores.items()
        if each is not None
    ]
    table(f"{environment}, {twin.episodes} episodes", ["on", "success", "cost of a step"], rows)


def _count(parameters: int | None) -> str:
    return "–" if parameters is None else str(parameters)
