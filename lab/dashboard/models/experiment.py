"""One experiment: a protocol with its parameters, what is said of it, and how far it is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from nado_lab.lab.errors import LabError
from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.store import Labels
from nado_lab.protocols import NadoProcedure, configure, load_protocol

ABORTED = "aborted at the dashboard"
LONGEST_NAME = 40


class State(StrEnum):
    """How far an experiment is."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETE = "complete"
    ABORTED = "aborted"
    FAILED = "failed"


@dataclass(frozen=True)
class About(JsonRecord):
    """What is said of a run before it is measured; `folder` lies below the window's ("": there)."""

    title: str = ""
    folder: str = ""
    sample: str = ""
    operator: str = ""
    remark: str = ""
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a folder that lies elsewhere: its runs would be in no list."""
        if Path(self.folder).is_absolute() or ".." in Path(self.folder).parts:
            raise LabError(f"folder {self.folder!r}: expected one below that of the runs, as monday/R7")

    @property
    def labels(self) -> Labels:
        """Give what is kept with the run."""
        return Labels(self.title, self.sample, self.remark, self.tags)

    @property
    def name(self) -> str:
        """Give the title as a part of a file name."""
        return re.sub(r"[^\w.+-]+", "-", self.title).strip("-.")[:LONGEST_NAME]


@dataclass
class Experiment:
    """One protocol with its parameters, and how far it is.

    `goes_on`: completes the run `out`. `apart`: measured by a process of its own, which outlives the window;
    `follows`: by one that runs already. `estimate_s`: how long it takes, None where nobody knows.
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
    about: About = field(default_factory=About)
    estimate_s: float | None = None

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


def what_differs(experiments: Sequence[Experiment]) -> list[str]:
    """Write, for each experiment, its title and the parameters that others of its protocol have otherwise."""
    told: list[str] = []
    varied = {protocol: _varied(experiments, protocol) for protocol in {e.protocol for e in experiments}}
    for each in experiments:
        values = [f"{name}={each.values.get(name)}" for name in varied[each.protocol]]
        told.append("  ".join(filter(None, (each.about.title, *values))))
    return told


def _varied(experiments: Sequence[Experiment], protocol: str) -> list[str]:
    values = [given(each) for each in experiments if each.protocol == protocol]
    names = dict.fromkeys(name for each in values for name in each)
    return [name for name in names if any(each.get(name) != values[0].get(name) for each in values)]
