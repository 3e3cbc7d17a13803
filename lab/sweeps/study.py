"""A search for good options: Optuna asks, the workers answer, a batch at a time.

Batches are told in the order they were asked for, and the sampler has a seed: started again, the study asks
the same questions, and those that have a row already cost nothing. So a study needs no database.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nado_lab.lab.errors import LabError
from nado_lab.lab.sweeps.config import Direction, Range, SweepConfig
from nado_lab.lab.sweeps.points import Point, make_point

Compute = Callable[[list[Point], int], list[dict[str, Any]]]


def study_points(config: SweepConfig, compute: Compute) -> list[Point]:
    """Ask for points and have them computed until the study's number is reached; return them in order."""
    try:
        import optuna  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise LabError("--optimise needs the extra `scale`: pip install 'nado-lab[scale]'") from error
    wanted = config.optimise
    if wanted is None:
        raise LabError("--optimise needs a section [optimise] with a space to search")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=config.seed)
    direction = "maximize" if wanted.direction is Direction.MAXIMISE else "minimize"
    study = optuna.create_study(direction=direction, sampler=sampler)
    points: list[Point] = []
    while len(points) < wanted.points:
        count = min(wanted.batch, wanted.points - len(points))
        trials = [study.ask() for _ in range(count)]
        asked = [make_point(config, _suggest(trial, wanted.space)) for trial in trials]
        for trial, row in zip(trials, compute(asked, wanted.points), strict=True):
            _tell(study, trial, row, wanted.metric)
        points += asked
    return points


def better_first(config: SweepConfig, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort the rows that have the study's metric, best first."""
    wanted = config.optimise
    if wanted is None:
        return []
    having = [row for row in rows if isinstance(row.get(wanted.metric), int | float)]
    largest_first = wanted.direction is Direction.MAXIMISE
    return sorted(having, key=lambda row: row[wanted.metric], reverse=largest_first)


def _suggest(trial: Any, space: dict[str, Range]) -> dict[str, Any]:
    return {name: _one(trial, name, allowed) for name, allowed in space.items()}


def _one(trial: Any, name: str, allowed: Range) -> Any:
    if allowed.choices:
        return trial.suggest_categorical(name, allowed.choices)
    if isinstance(allowed.low, int) and isinstance(allowed.high, int):
        return trial.suggest_int(name, allowed.low, allowed.high, log=allowed.log)
    return trial.suggest_float(name, allowed.low, allowed.high, log=allowed.log)


def _tell(study: Any, trial: Any, row: dict[str, Any], metric: str) -> None:
    """Tell what came; a point that failed counts as such, a metric that is no column is the user's error."""
    from optuna.trial import TrialState  # pyright: ignore[reportMissingImports]

    if "error" in row:
        study.tell(trial, state=TrialState.FAIL)
        return
    if not isinstance(row.get(metric), int | float):
        names = ", ".join(name for name, value in row.items() if isinstance(value, float))
        raise LabError(f"optimise.metric: no number {metric!r} in the table; it has {names}")
    study.tell(trial, row[metric])
