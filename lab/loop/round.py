"""A round of the loop as its stages see it: what they build on, and what they write down."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from nado_lab.lab.errors import LabError
from nado_lab.lab.loop.context import BenchSession, LoopContext
from nado_lab.lab.loop.round_state import RoundState
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.workflow.draw_drives import network_drives
from nado_lab.network import DeviceNetwork
from nado_lab.network import load as load_network
from nado_lab.twin import Twin
from nado_lab.twin import load as load_twin

DRAWN_EXAMPLES = 100  # training examples whose drives the network's own are chosen from


@dataclass(frozen=True)
class Round:
    """A round as its stages see it; `before` is the round before it, `spent_s` the device time so far."""

    context: LoopContext
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

    def session(self, stage: str, more_s: float = 0.0, array: int = 0) -> BenchSession:
        """Plan a session at an array, `more_s` after what the round has spent so far."""
        return BenchSession(
            self.number, stage, self.spent_before_s + self.state.stages.device_s + more_s, array
        )

    def step_s(self, array: int) -> float:
        """Give the seconds a step of an array takes, resets included, once the round has measured."""
        return self.state.measured.step_s[array]

    def seed(self, stage: str) -> int:
        """Give the seed of a stage."""
        return self.context.seed(self.number, stage)

    def observer(self, stage: str, part: int = 0, parts: int = 1) -> Observer:
        """Give the observer of a stage, or of one of its `parts` equal parts."""
        return self.context.observer_of(self.number, stage, part / parts, (part + 1) / parts)

    @property
    def arrays(self) -> range:
        """Number the arrays."""
        return range(len(self.context.config.arrays))

    def twins(self) -> list[Twin]:
        """Load this round's twin of each array."""
        return [load_twin(twin_of(self.folder, array)) for array in self.arrays]

    def network(self) -> DeviceNetwork:
        """Load the network of this round."""
        return load_network(self.folder / "network.net").network

    def old_twins(self) -> list[Twin]:
        """Load each array's twin of the round before."""
        return [load_twin(twin_of(self.folder_before(), array)) for array in self.arrays]

    def of_layers(self, twins: list[Twin]) -> list[Twin]:
        """Give each layer the twin of its array."""
        config = self.context.config
        return [twins[config.array_of(layer)] for layer in range(len(config.network.nodes))]

    def old_network(self) -> DeviceNetwork:
        """Load the network of the round before."""
        return load_network(self.folder_before() / "network.net").network

    def folder_before(self) -> Path:
        """Give the folder of the round before."""
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
    seed, examples = this.seed("drives"), this.context.task.train
    few = np.random.default_rng(seed).integers(0, len(examples), DRAWN_EXAMPLES)
    return network_drives(network, examples.inputs[few], this.of_layers(twins), seed)


def lineage(this: Round) -> tuple[str, ...]:
    """Name the runs that this round's measurements follow from."""
    measured = this.state.stages.measure
    parents = measured.runs if measured else ()
    if this.before is not None and not parents:
        parents = this.before.deployed.runs
    return tuple(parents)
