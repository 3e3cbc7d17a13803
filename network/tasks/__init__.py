"""Tasks: real or generated examples with standard splits and metrics."""

from nado_lab.network.tasks.catalogue import load_task, task_names
from nado_lab.network.tasks.task import Examples, Metric, Task, stratified_split
from nado_lab.network.tasks.temporal_mnist import temporal_mnist

__all__ = ["Examples", "Metric", "Task", "load_task", "stratified_split", "task_names", "temporal_mnist"]
