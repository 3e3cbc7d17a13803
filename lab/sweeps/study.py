"""A search for good options: Optuna asks, the workers answer, a batch at a time.

Batches are told in the order they were asked for, and the sampler has a seed: started again, the study asks
the same questions, and those that have a row already cost nothing. So a study needs no database.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nado_lab.lab.errors import LabError
from nado_lab.lab.sweeps.config import Direction, Range, StudyConfig, SweepConfig, Values
from nado_lab.lab.sweeps.points import Point, make_point
from nado_lab.lab.sweeps.table import Row
from pydantic import JsonValue

if TYPE_CHECKING:
    from optuna import Study, Trial  # pyright: ignore[reportMissingImports]

Compute = Callable[[list[Point], int], list[Row]]


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


def best_row(wanted: StudyConfig, rows: list[Row]) -> Row | None:
    """Return the row whose metric is best, of those that have the study's metric."""
    best = max if wanted.direction is Direction.MAXIMISE else min
    having = [(value, row) for row in rows if isinstance(value := row.get(wanted.metric), int | float)]
    return best(having, key=lambda pair: pair[0])[1] if having else None


def _suggest(trial: Trial, space: dict[str, Range]) -> Values:
    return {name: _one(trial, name, allowed) for name, allowed in space.items()}


def _one(trial: Trial, name: str, allowed: Range) -> JsonValue:
    low, high = allowed.low, allowed.high
    if low is None or high is None:
        return trial.suggest_categorical(name, allowed.choices)
    if isinstance(low, int) and isinstance(high, int):
        return trial.suggest_int(name, low, high, log=allowed.log)
    return trial.suggest_float(name, low, high, log=allowed.log)


def _tell(study: Study, trial: Trial, row: Row, metric: str) -> None:
    """Tell what came; a point that failed counts as such, a metric that is no column is the user's error."""
    from optuna.trial import TrialState  # pyright: ignore[reportMissingImports]

    if "error" in row:
        study.tell(trial, state=TrialState.FAIL)
        return
    if not isinstance(value := row.get(metric), int | float):
        names = ", ".join(name for name, each in row.items() if isinstance(each, float))
        raise LabError(f"optimise.metric: no number {metric!r} in the table; it has {names}")
    study.tell(trial, value)
