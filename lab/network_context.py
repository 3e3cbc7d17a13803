"""What a network's card names, read again: its task, how it was trained, its twins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from nado_lab.lab.errors import LabError
from nado_lab.twin import load as load_twin

if TYPE_CHECKING:
    from nado_lab.network import Environment, EnvironmentChoice, SavedNetwork, Task, TrainSettings
    from nado_lab.network.control import ControlSettings
    from nado_lab.twin import Twin


@dataclass(frozen=True)
class OfTwins:
    """Each layer's twin or twins."""

    twins: list[Twin | list[Twin]]

    @property
    def lineage(self) -> tuple[str, ...]:
        """Return the ids of the runs that the twins were fitted to."""
        return tuple(dict.fromkeys(run for twin in self.all_twins() for run in twin.card.lineage))

    def all_twins(self) -> list[Twin]:
        """Return the different twins of all layers, in order."""
        flat = [twin for each in self.twins for twin in (each if isinstance(each, list) else [each])]
        return list(dict.fromkeys(flat))


@dataclass(frozen=True)
class ControlContext(OfTwins):
    """The environment of a controller, the settings of the training, and each layer's twin or twins."""

    choice: EnvironmentChoice
    settings: ControlSettings

    @property
    def environment(self) -> Environment:
        """Make the environment."""
        return self.choice.load()


@dataclass(frozen=True)
class NetworkContext(OfTwins):
    """The task (with its test examples), the settings of the training, and each layer's twin or twins."""

    task: Task
    settings: TrainSettings

    def one_twin_a_layer(self) -> list[Twin]:
        """Return the twin of each layer; refuse layers whose nodes belong to several arrays."""
        if any(isinstance(twins, list) for twins in self.twins):
            raise LabError(
                "the nodes of this network belong to several arrays; one setup cannot play them all. "
                "Train with one twin a layer to measure, or evaluate it on its twins"
            )
        return cast("list[Twin]", self.twins)


def read_context(
    saved: SavedNetwork, moved: Sequence[Path] = (), test_examples: int | None = None
) -> NetworkContext:
    """Load the task and the twins of a network; `moved` names twins that lie elsewhere now."""
    origin = saved.card.origin
    paths = list(moved) or [Path(path) for path in origin.twins]
    twins = load_twins(paths, saved.network.layer_count)
    return NetworkContext(twins, origin.task.load(test_examples), origin.settings)


def read_control(saved: SavedNetwork, moved: Sequence[Path] = ()) -> ControlContext:
    """Load the twins of a controller; `moved` names twins that lie elsewhere now."""
    origin = saved.card.controls
    paths = list(moved) or [Path(path) for path in origin.twins]
    return ControlContext(load_twins(paths, saved.network.layer_count), origin.environment, origin.settings)


def load_twins(paths: Sequence[Path], layers: int) -> list[Twin | list[Twin]]:
    """Load one twin for all layers, one a layer, or several a layer whose nodes then take them in turn."""
    each, left = divmod(len(paths), layers)
    if len(paths) != 1 and (left or not each):
        raise LabError(
            f"{layers} layers need one twin, {layers} (one a layer) or a multiple (several arrays a layer); "
            f"got {len(paths)}"
        )
    found = [load_twin(path) for path in paths]
    if len(found) == 1:
        return [found[0]] * layers
    return [found[i] if each == 1 else found[i : i + each] for i in range(0, len(found), each)]
