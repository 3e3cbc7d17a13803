"""A setup as a stepwise twin: a network, or any loop, drives it step by step, and every step is kept.

`record_episodes` runs a body with the bench of a layer inside a run: lock, supervisor, stop, safe end and
store are those of any measurement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs import run_protocol
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.runs.runner import resume_protocol
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.store import Run, Status
from nado_lab.lab.workflow.play_drives import AbortedError
from nado_lab.observer import StoppedError
from nado_lab.protocols.episodes import Episodes
from numpy.typing import ArrayLike
from torch import Tensor

if TYPE_CHECKING:
    from nado_lab.lab.setup import Setup
    from nado_lab.protocols import Column

_REST = -1.0
"""What devices without a node are driven with: the bottom of their window."""


@dataclass(frozen=True)
class StepOptions:
    """How a run of episodes is made.

    `steps` is the most that an episode may have, `extras` declare what is noted of each step beside drive and
    readout, `count` says how many episodes are expected (0: nobody knows).
    """

    steps: int
    extras: tuple[Column, ...] = ()
    count: int = 0
    source: SetupSource = field(default_factory=lambda: SetupSource(""))
    lineage: tuple[str, ...] = ()
    resume: bool = False


class SteppedBench:
    """The bench of a layer inside a run: `StepwiseTwin` of network/stepping.py; a node a device.

    `number` is that of the next episode (None: they are numbered as they come).
    """

    def __init__(self, episodes: Episodes) -> None:
        self.number: int | None = None
        self._episodes = episodes
        self._trial: BenchTrial | None = None

    @property
    def devices(self) -> int:
        """Count the devices, which is the most nodes that can be driven."""
        return max(len(self._episodes.setup.devices), 1)

    @property
    def episodes_done(self) -> int:
        """Count the episodes that the run holds already: more than none where it is gone on with."""
        return self._episodes.start_row

    def begin(self, *, noise: bool = True, generator: torch.Generator | None = None) -> BenchTrial:
        """Begin an episode; the noise is the device's own. The one before has come to its end."""
        initial = self._episodes.begin(self.number)
        self._trial = BenchTrial(self, initial)
        return self._trial

    def note(self, **values: ArrayLike) -> None:
        """Note something of the step that was played last, by the names of the extra columns."""
        self._episodes.note(**values)

    def end(self) -> None:
        """End the episode; the bench goes to its safe state."""
        self._trial = None
        self._episodes.end()

    def step(self, trial: BenchTrial, drive: np.ndarray) -> np.ndarray:
        """Play one step of a trial: drive (node, port) to readout (node, channel)."""
        if trial is not self._trial:
            raise LabError(
                "this trial is over: another one was begun on its setup. Layers that are stepped together "
                "need a setup each, and one trial is stepped at a time"
            )
        if len(drive) > self.devices:
            raise LabError(
                f"step by step every node needs a device of its own: {len(drive)} nodes came, the setup has "
                f"{self.devices} side by side. Use a layer of at most {self.devices} nodes, or more setups"
            )
        if not self._episodes.setup.devices:
            return self._episodes.step(drive[0])[None]
        every = np.full((self.devices, drive.shape[-1]), _REST)
        every[: len(drive)] = drive
        return self._episodes.step(every)[: len(drive)]


class BenchTrial:
    """An episode under way: `SteppedTrial` of network/stepping.py, for one trial at a time."""

    def __init__(self, bench: SteppedBench, initial: np.ndarray) -> None:
        self._bench, self.initial = bench, initial

    def detach(self) -> None:
        """Do nothing: no gradient goes through a bench."""

    def respond(self, drive: Tensor) -> Tensor:
        """Play the next steps, drive (1, node, step, port), and return the readout (1, node, step, channel).

        A bench plays one trial at a time; LabError where more came.
        """
        if drive.ndim != 4 or len(drive) != 1:
            raise LabError(
                f"a bench is driven with (1 trial, node, step, port), got {tuple(drive.shape)}: "
                "it plays one trial at a time"
            )
        steps = np.moveaxis(drive.detach().cpu().double().numpy()[0], 1, 0)
        answers = np.stack([self._bench.step(self, each) for each in steps], axis=1)
        return torch.as_tensor(answers, dtype=drive.dtype, device=drive.device)[None]


Body = Callable[[list[SteppedBench]], None]
"""What is done with the benches, in the order of the setups."""


def record_episodes(
    setups: Sequence[Setup],
    outs: Sequence[Path],
    body: Body,
    options: StepOptions | Sequence[StepOptions],
    observer: Observer | None = None,
) -> list[Run]:
    """Run `body(benches)` with a run of each setup open around it; return the runs, complete.

    AbortedError where somebody stopped it. Whatever ends the body, every bench is left safe first.
    """
    each = list(options) if isinstance(options, Sequence) else [options] * len(setups)
    opened: list[SteppedBench] = []
    _nested(list(zip(setups, outs, each, strict=True)), opened, body, observer or Observer())
    return [Run.open(out) for out in outs]


def _nested(
    left: list[tuple[Setup, Path, StepOptions]], opened: list[SteppedBench], body: Body, observer: Observer
) -> None:
    """Open the run of the first setup that is left, and the others inside it."""
    if not left:
        body(opened)
        return
    (setup, out, options), *others = left

    def inside(episodes: Episodes) -> None:
        try:
            _nested(others, [*opened, SteppedBench(episodes)], body, observer)
        except AbortedError as error:
            raise StoppedError(str(error)) from error

    procedure = Episodes()
    procedure.steps, procedure.extras, procedure.count = options.steps, options.extras, options.count
    procedure.body = inside
    look = observer if not opened else Observer(observer.stop)
    if options.resume and out.exists():
        resume_protocol(procedure, setup, out, observer=look)
    else:
        run_protocol(procedure, setup, out, observer=look, lineage=options.lineage, source=options.source)
    run = Run.open(out)
    if run.status is not Status.COMPLETE:
        raise AbortedError(f"{out} was {run.status}: {run.metadata.reason}")
