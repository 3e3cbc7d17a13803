"""A task as it is written down: its name and the options of its loader."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nado_lab.network.tasks.catalogue import load_task
from nado_lab.network.tasks.task import Task
from pydantic import JsonValue


@dataclass(frozen=True)
class TaskChoice:
    """A task by its name (or a user's file), with the options of its loader."""

    name: str
    options: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])

    def load(self, test_examples: int | None = None) -> Task:
        """Load the task; with `test_examples` only so many of those to test on."""
        task = load_task(self.name, **self.options)
        return task.first_tests(test_examples) if test_examples else task

    def __str__(self) -> str:
        """Say the task with its options."""
        return f"{self.name} ({', '.join(f'{name} {value}' for name, value in self.options.items())})"
