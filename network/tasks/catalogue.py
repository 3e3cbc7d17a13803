"""The tasks by name."""

import inspect
from collections.abc import Callable
from typing import Any

from network.errors import TaskError
from network.tasks.task import Task
from network.tasks.temporal_mnist import temporal_mnist

TASKS: dict[str, Callable[..., Task]] = {
    "temporal-mnist": temporal_mnist,
}


def task_names() -> tuple[str, ...]:
    """List the tasks that `load_task` knows."""
    return tuple(TASKS)


def load_task(name: str, **options: Any) -> Task:
    """Load a task by its name; `options` are those of its loader (train, test, seed, ...)."""
    if name not in TASKS:
        raise TaskError(f"no task {name!r}; there are {', '.join(TASKS)}")
    known = inspect.signature(TASKS[name]).parameters
    if unknown := sorted(set(options) - set(known)):
        raise TaskError(f"task {name!r} has no option {', '.join(unknown)}; it has {', '.join(known)}")
    return TASKS[name](**options)
