"""All baselines of a task in one table."""

from typing import Any

from nado_lab.network.baselines.echo_state import LEAST_NODES, echo_state_baseline
from nado_lab.network.baselines.gru import gru_baseline
from nado_lab.network.baselines.linear import linear_baselines
from nado_lab.network.baselines.row import BaselineScore
from nado_lab.network.baselines.single_device import single_device_baseline
from nado_lab.network.tasks.task import Task


def baselines(
    task: Task,
    *,
    nodes: int,
    parameters: int,
    twin: Any = None,
    windows: int = 4,
    delays: int = 0,
    seed: int = 0,
    gru_epochs: int = 30,
) -> list[BaselineScore]:
    """Score the raw input read linearly, one device, an echo-state network of `nodes`, a GRU of `parameters`.

    The single device needs its twin, and is left out without one. Device and echo-state network are read
    through as many `windows` (classes). With `delays` (series) raw input and echo-state network are scored
    once more, with so many steps before each.
    """
    delays = 0 if task.is_classification else delays
    return [
        *linear_baselines(task, delays),
        *([] if twin is None else [single_device_baseline(task, twin, seed, windows)]),
        *(echo_state_baseline(task, max(nodes, LEAST_NODES), seed, windows, n) for n in sorted({0, delays})),
        gru_baseline(task, parameters, gru_epochs, seed),
    ]


def as_rows(scores: list[BaselineScore]) -> list[dict[str, Any]]:
    """Return the table as plain data."""
    return [
        {"name": row.name, "score": row.score, "nodes": row.nodes, "parameters": row.parameters}
        for row in scores
    ]
