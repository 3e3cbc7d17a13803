"""Tasks: real or generated examples with standard splits and metrics."""

from nado_lab.network.tasks.catalogue import load_task, task_names
from nado_lab.network.tasks.choice import TaskChoice
from nado_lab.network.tasks.metric import Metric, normalised_error
from nado_lab.network.tasks.task import Examples, Task, stratified_split

__all__ = [
    "Examples",
    "Metric",
    "Task",
    "TaskChoice",
    "load_task",
    "normalised_error",
    "stratified_split",
    "task_names",
]
