"""Find again what a network's file names: its task, how it was trained, its twins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lab.errors import LabError
from network import Variant, load_task
from twin import load as load_twin

if TYPE_CHECKING:
    from network import SavedNetwork, Task
    from twin import Twin


@dataclass(frozen=True)
class Recalled:
    """The task (with its test examples), the variant of training and one twin a layer."""

    task: Task
    variant: Variant
    twins: list[Twin]


def recall(
    saved: SavedNetwork, moved: list[Path] | None = None, test_examples: int | None = None
) -> Recalled:
    """Load the task and the twins of a network; `moved` names twins that lie elsewhere now."""
    try:
        task, variant = saved.notes["task"], Variant(saved.notes["settings"]["variant"])
        paths = moved or [Path(path) for path in saved.notes["twins"]]
        name, options = task["name"], dict(task["options"])
    except (KeyError, TypeError, ValueError) as error:
        raise LabError(
            f"the network's card does not say what it was trained on ({error}); "
            "train it with `nado network train`"
        ) from error
    problem = load_task(name, **options)
    if test_examples:
        problem = replace(problem, test=problem.test[:test_examples])
    return Recalled(problem, variant, load_twins(paths, saved.network.layer_count))


def load_twins(paths: list[Path], layers: int) -> list[Twin]:
    """Load one twin for all layers, or one a layer."""
    if len(paths) not in (1, layers):
        raise LabError(f"{layers} layers need one twin, or {layers} (one a layer); got {len(paths)}")
    found = [load_twin(path) for path in paths]
    return found * layers if len(found) == 1 else found
