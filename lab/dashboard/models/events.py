"""What happens in the dashboard's threads, as plain values."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.channels import ChannelAxis
from nado_lab.instruments.setups.records import Limit
from nado_lab.lab.dashboard.models.readings import Readings
from nado_lab.lab.json_file import JsonObject
from nado_lab.observer import Progress
from nado_lab.port import Port
from nado_lab.protocols import Column, Row

if TYPE_CHECKING:
    from nado_lab.lab.dashboard.models.catalogue import Entry
    from nado_lab.lab.dashboard.models.experiment import Experiment
    from nado_lab.lab.dashboard.models.scores import Deployment
    from nado_lab.lab.dashboard.models.stored_curves import StoredCurves
    from nado_lab.lab.loop.records import RoundRecord
    from nado_lab.lab.runs.bench_state import BenchState


@dataclass(frozen=True)
class Event:
    """Anything that the window may want to show."""


Post = Callable[[Event], None]
"""Carry an event to the window, from any thread."""


@dataclass(frozen=True)
class LogLine(Event):
    """One line for the log: level is a number of the logging module."""

    level: int
    text: str


@dataclass(frozen=True)
class BenchOpened(Event):
    """A setup answers: identities by role, its file, parameters it settles, protocols it cannot do.

    `ports` are what it is driven with, `limits` those of its file.
    """

    name: str
    identities: dict[str, str]
    channels: tuple[str, ...]
    config: JsonObject
    defaults: Mapping[str, Mapping[str, object]]
    unable: dict[str, str]
    simulated: bool
    ports: tuple[Port, ...] = ()
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True)
class BenchClosed(Event):
    """No setup is open any more."""

    name: str


@dataclass(frozen=True)
class BenchReading(Event):
    """Live quantities of the bench, just read: name -> (value, unit); `applied` act on the device."""

    values: Readings
    applied: tuple[str, ...] = ()


@dataclass(frozen=True)
class BenchSettings(Event):
    """Settings of the instruments, as they were on connecting: name -> (value, unit)."""

    values: Readings


@dataclass(frozen=True)
class ChecksDone(Event):
    """The interlock and limit checks: (name, passed, detail) each."""

    checks: tuple[tuple[str, bool, str], ...]


@dataclass(frozen=True)
class BenchStateChanged(Event):
    """What is known of the bench's safety is something else now."""

    state: BenchState


@dataclass(frozen=True)
class BenchSafe(Event):
    """An abort has ended with a bench that is known to be safe, `took_s` after it was asked for."""

    took_s: float
    how: str
    text: str


@dataclass(frozen=True)
class JobChanged(Event):
    """A job has begun, gone on or ended: state is a member of `worker.JobState`."""

    job: int
    kind: str
    label: str
    state: str
    fraction: float = 0.0
    text: str = ""


@dataclass(frozen=True)
class QueueChanged(Event):
    """The list of experiments is another one."""


@dataclass(frozen=True)
class LimitsChecked(Event):
    """What was typed was held against the bench's limits: why it would be refused ("": it would not)."""

    experiment: Experiment
    problem: str


@dataclass(frozen=True)
class RunStarted(Event):
    """A run begins: columns per stream, seconds of one step, rows to come, monitored quantity -> unit.

    `axis` says what the channels lie along, where the readout of a step is a spectrum or a trace; `ports`
    what the device is driven with; `at` when it was announced, by the monotonic clock.
    """

    path: str
    protocol: str
    columns: Mapping[str, tuple[Column, ...]]
    channels: tuple[str, ...]
    units: tuple[str, ...]
    step_s: float
    rows: int
    monitors: dict[str, str] = field(default_factory=dict)
    axis: ChannelAxis | None = None
    ports: tuple[Port, ...] = ()
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class RowArrived(Event):
    """One row of a stream, from memory; the run itself keeps its own copy. `at`: by the monotonic clock."""

    stream: str
    row: Row
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class RunEnded(Event):
    """A run is closed."""

    path: str
    status: str
    reason: str


@dataclass(frozen=True)
class Progressed(Event):
    """A verb says how far it is: kind "fit", "train", "deploy" or "loop"."""

    kind: str
    progress: Progress


@dataclass(frozen=True)
class RoundsRead(Event):
    """The rounds of a loop that were compared so far."""

    rounds: tuple[RoundRecord, ...]


@dataclass(frozen=True)
class Finished(Event):
    """A computation has its result (an object of the models, never a widget)."""

    kind: str
    result: object = field(repr=False)


@dataclass(frozen=True)
class ChoicesRead(Event):
    """What can be chosen: numbers of a fit with their defaults, its methods, tasks, training variants."""

    fit: dict[str, int | None]
    methods: tuple[str, ...]
    tasks: tuple[str, ...]
    variants: tuple[str, ...]


@dataclass(frozen=True)
class CatalogueRead(Event):
    """The folder was read: its entries, newest first; `deployed`: by the name of a network's file."""

    entries: tuple[Entry, ...] = field(repr=False)
    deployed: Mapping[str, Deployment] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class EntryRead(Event):
    """All that is known of an entry was read."""

    path: Path
    details: JsonObject = field(repr=False)


@dataclass(frozen=True)
class RunLoaded(Event):
    """A stored run was read to be drawn."""

    path: Path
    run: StoredCurves = field(repr=False)
