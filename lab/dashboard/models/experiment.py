"""One experiment: a protocol with its parameters, and how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nado_lab.protocols import NadoProcedure, configure, load_protocol

ABORTED = "aborted at the dashboard"


class State(StrEnum):
    """How far an experiment is."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETE = "complete"
    ABORTED = "aborted"
    FAILED = "failed"


@dataclass
class Experiment:
    """One protocol with its parameters, and how far it is.

    `goes_on`: completes the run `out`. `apart`: measured by a process of its own, which outlives the window;
    `follows`: by one that runs already.
    """

    protocol: str
    values: Mapping[str, object]
    number: int = 0
    state: State = State.QUEUED
    out: Path | None = None
    done: int = 0
    total: int = 0
    reason: str = ""
    seconds: float = 0.0
    goes_on: bool = False
    apart: bool = False
    follows: bool = False

    @property
    def label(self) -> str:
        """Name the protocol shortly (the class, for a file of one's own)."""
        return self.protocol.rpartition(":")[2]

    @property
    def seconds_left(self) -> float | None:
        """Estimate the time left by the rate so far, None before the first row."""
        if not self.done or self.state is not State.RUNNING:
            return None
        return self.seconds / self.done * (self.total - self.done)


def given(experiment: Experiment) -> dict[str, object]:
    """Give the parameters that have a value."""
    return {name: value for name, value in experiment.values.items() if value is not None}


def prepare(experiment: Experiment) -> NadoProcedure:
    """Make the procedure of an experiment with its parameters set."""
    procedure = load_protocol(experiment.protocol)()
    configure(procedure, given(experiment))
    return procedure
