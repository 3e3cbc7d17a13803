"""All baselines of a task in one table."""

from typing import Any

from network.baselines.echo_state import echo_state_baseline
from network.baselines.gru import gru_baseline
from network.baselines.linear import linear_baseline
from network.baselines.row import BaselineScore
from network.tasks.task import Task


def baselines(
    task: Task, *, nodes: int, parameters: int, seed: int = 0, gru_epochs: int = 30
) -> list[BaselineScore]:
    """Score the raw input read linearly, an echo-state network of `nodes`, a GRU of `parameters`."""
    return [
        linear_baseline(task),
        echo_state_baseline(task, nodes, seed),
        gru_baseline(task, parameters, gru_epochs, seed),
    ]


def as_rows(scores: list[BaselineScore]) -> list[dict[str, Any]]:
    """Return the table as plain data."""
    return [
        {"name": row.name, "score": row.score, "nodes": row.nodes, "parameters": row.parameters}
        for row in scores
    ]
