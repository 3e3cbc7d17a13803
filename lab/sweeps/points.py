"""The points of a sweep: each a whole plan, with what was varied, and keys for what can be shared."""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import dataclass

from nado_lab.instruments import load_setup
from nado_lab.lab.compose import SIMULATED
from nado_lab.lab.errors import LabError
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.sweeps.config import Plan, Source, SweepConfig, Values
from nado_lab.wrong_values import in_words
from pydantic import BaseModel, JsonValue, ValidationError


@dataclass(frozen=True)
class Point:
    """One experiment: what was varied, by dotted path, and the plan that results."""

    options: Values
    plan: Plan

    @property
    def key(self) -> str:
        """Name the point by all that its result depends on."""
        return key_of(self.plan)


def key_of(content: object) -> str:
    """Name JSON-able content, parts of a plan in it included: equal content, equal name."""
    text = json.dumps(content, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(part: BaseModel) -> Values:
    return part.model_dump(mode="json")


def grid_points(config: SweepConfig) -> list[Point]:
    """List the points of the grid, the last option varying fastest; one point without a grid."""
    for name, values in config.grid.items():
        if not values:
            raise LabError(f"grid: {name} has no values")
    combinations = itertools.product(*config.grid.values())
    return [make_point(config, dict(zip(config.grid, values, strict=True))) for values in combinations]


def make_point(config: SweepConfig, options: Values) -> Point:
    """Put options into the plan; a path or value that cannot be is refused before anything runs."""
    content = config.model_dump(mode="json", exclude={"grid", "optimise", "cluster", "seed"})
    for path, value in options.items():
        _put(content, path, value)
    try:
        plan = Plan.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise LabError(f"{'.'.join(map(str, first['loc']))}: {in_words(first)}") from error
    _check(plan)
    return Point(options, plan)


def _put(content: Values, path: str, value: JsonValue) -> None:
    *parents, last = path.split(".")
    place: JsonValue = content
    for name in parents:
        place = place.get(name) if isinstance(place, dict) else None
    if not isinstance(place, dict):
        raise LabError(f"there is no {path!r} to vary; options are named like twin.batch")
    place[last] = value


def _check(plan: Plan) -> None:
    """Let every room look at its part of the plan."""
    from nado_lab.network import TrainSettings, task_names
    from nado_lab.twin import FitSettings

    for source in (plan.measure, plan.judge):
        if source and not source.runs:
            _check_source(source)
    try:
        FitSettings.from_json(plan.twin)
    except TypeError as error:
        raise LabError(f"twin: {error}".replace("FitSettings.__init__() ", "")) from error
    if plan.network and not (plan.fit or plan.use_twin):
        raise LabError("a network needs a twin: leave `fit = false` out, or name one in use_twin")
    if plan.network:
        TrainSettings.of(**plan.network.settings)
        if "." not in plan.network.task and plan.network.task not in task_names():
            raise LabError(f"there is no task {plan.network.task!r}; there are {', '.join(task_names())}")


def _check_source(source: Source) -> None:
    from nado_lab.lab.workflow.measure import configured

    configured(source.protocol, source.parameters, SetupSource(source.setup))
    if load_setup(source.setup).visa_library != SIMULATED:
        raise LabError(
            f"{source.setup} is a real bench, which has one owner at a time; measure first "
            "(`nado queue` runs a list), then give the sweep runs = [...]"
        )
