"""A round of the loop as its stages see it: what they build on, and what they write down."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from nado_lab.lab.errors import LabError
from nado_lab.lab.loop.context import Visit, Workshop
from nado_lab.lab.loop.round_state import RoundState
from nado_lab.lab.workflow.draw_drives import network_drives
from nado_lab.network import Checkpoint, DeviceNetwork, LoopRound, NetworkCard, TaskChoice, TrainSettings
from nado_lab.network import load as load_network
from nado_lab.twin import Twin
from nado_lab.twin import load as load_twin
from nado_lab.twin.observer import Observer, Progress

Result = dict[str, Any]
DRAWN_EXAMPLES = 100  # training examples whose drives the network's own are chosen from


@dataclass(frozen=True)
class Round:
    """A round as its stages see it; `before` is the round before it, `spent_s` the device time so far."""

    shop: Workshop
    state: RoundState
    before: RoundState | None
    spent_before_s: float

    @property
    def number(self) -> int:
        """Give the number of the round, 0 for the first."""
        return self.state.number

    @property
    def folder(self) -> Path:
        """Give the folder of the round."""
        return self.state.folder

    def visit(self, stage: str, more_s: float = 0.0, array: int = 0) -> Visit:
        """Plan a visit to an array, `more_s` after what the round has spent so far."""
        return Visit(self.number, stage, self.spent_before_s + self.state.device_s() + more_s, array)

    def step_s(self, array: int) -> float:
        """Give the seconds of a step of an array, once the round has measured."""
        return self.state.stages["measure"]["step_s"][array]

    def seed(self, stage: str) -> int:
        """Give the seed of a stage."""
        return self.shop.seed(self.number, stage)

    @property
    def arrays(self) -> range:
        """Number the arrays."""
        return range(len(self.shop.config.arrays))

    def twins(self) -> list[Twin]:
        """Load this round's twin of each array."""
        return [load_twin(twin_of(self.folder, array)) for array in self.arrays]

    def network(self) -> DeviceNetwork:
        """Load the network of this round."""
        return load_network(self.folder / "network.net").network

    def old_twins(self) -> list[Twin]:
        """Load each array's twin of the round before."""
        return [load_twin(twin_of(self._before(), array)) for array in self.arrays]

    def of_layers(self, twins: list[Twin]) -> list[Twin]:
        """Give each layer the twin of its array."""
        config = self.shop.config
        return [twins[config.array_of(layer)] for layer in range(len(config.network.nodes))]

    def old_network(self) -> DeviceNetwork:
        """Load the network of the round before."""
        return load_network(self._before() / "network.net").network

    def _before(self) -> Path:
        if self.before is None:
            raise LabError("the first round has none before it")
        return self.before.folder


def measured(folder: Path, array: int) -> Path:
    """Name the run in which a round measured an array."""
    return folder / (f"measure{array}.zarr" if array else "measure.zarr")


def twin_of(folder: Path, array: int) -> Path:
    """Name a round's twin of an array."""
    return folder / (f"device{array}.twin" if array else "device.twin")


def own_drives(this: Round, network: DeviceNetwork, twins: list[Twin]) -> list[np.ndarray]:
    """Give what the network sends for some training examples: per layer (trial, node, step, port)."""
    seed, examples = this.seed("drives"), this.shop.task.train
    few = np.random.default_rng(seed).integers(0, len(examples), DRAWN_EXAMPLES)
    return network_drives(network, examples.inputs[few], this.of_layers(twins), seed)


def lineage(this: Round) -> tuple[str, ...]:
    """Name the runs that this round's measurements follow from."""
    parents = this.state.stages.get("measure", {}).get("runs", [])
    if this.before is not None and not parents:
        parents = this.before.stages["deploy"]["runs"]
    return tuple(parents)


def card(this: Round, settings: TrainSettings) -> NetworkCard:
    """Write down what `nado deploy` and `nado validate` need to know of a network."""
    config = this.shop.config
    twins = tuple(str(twin_of(this.folder, array).resolve()) for array in this.arrays)
    task = TaskChoice(config.task.name, config.task.options)
    return NetworkCard(task, settings, twins, loop=LoopRound(this.number))


def checkpoint(this: Round, settings: TrainSettings) -> Checkpoint | None:
    """Keep the training's state after every epoch, where there is one."""
    return Checkpoint(this.folder / "training.state") if settings.keeps_state else None


class Told(Observer):
    """Tell of the training of a round."""

    def __init__(self, this: Round, stage: str) -> None:
        self._tell = this.shop.tell(this.number, stage)

    def progress(self, progress: Progress) -> None:
        """Tell how far it is in hundredths."""
        self._tell(round(100 * progress.share), 100)
