"""Episodes that a program drives step by step: the next drive may depend on the readouts so far.

Every step is a row of the stream `steps`; an episode that came to its end is also a row of `primary`, in the
form of a trial, so that twins are fitted to it and scored on it like on any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from nado_lab.instruments.errors import TrialEndedError
from nado_lab.instruments.setups.stepwise import Step, StepwiseTrial
from nado_lab.observer import StoppedError
from nado_lab.protocols.base import NadoProcedure, Streams
from nado_lab.protocols.columns import Column, Coordinate
from nado_lab.protocols.device import MeasuringDevice, StepwiseDevice
from nado_lab.protocols.errors import ProtocolError
from nado_lab.protocols.playback import device_labels, stepwise_device, trial_columns
from nado_lab.protocols.pymeasure_types import integer
from nado_lab.protocols.step_rows import NUMBER, STEPS, TIMES, times_of
from nado_lab.protocols.timing import STEPWISE
from numpy.typing import ArrayLike


@dataclass
class Episode:
    """An episode under way: the trial on the bench, its steps so far, and what was noted of each."""

    number: int
    repeat: int
    trial: StepwiseTrial
    steps: list[Step] = field(default_factory=list[Step])
    noted: list[dict[str, np.ndarray]] = field(default_factory=list[dict[str, np.ndarray]])
    waiting: bool = False
    """Whether the last step's row is still to be emitted."""


class Episodes(NadoProcedure):
    """Run `body(episodes)`, which calls `begin`, `step`, `note` and `end` as it sees fit.

    `extras` are columns of one step that the body fills in by `note`. `first` is the number of the first
    episode, and so many are expected where `count` says so.
    """

    steps: int = integer("Most steps of an episode", default=200, minimum=1, maximum=1_000_000)
    body: Callable[[Episodes], None] | None = None
    extras: tuple[Column, ...] = ()
    count: int = 0
    _device: StepwiseDevice
    _episode: Episode | None = None

    def bind(self, setup: MeasuringDevice) -> None:
        """Take a setup that can be asked step by step; SetupError says why another cannot."""
        self._device = stepwise_device(setup)
        super().bind(setup)

    @property
    def timing(self) -> str:
        """Say that steps were asked for."""
        return STEPWISE

    @property
    def may_pause(self) -> bool:
        """Say that an episode is not interrupted: to pause, or to look at monitors."""
        return self._episode is None

    # -- what is stored ----------------------------------------------------------------------

    def columns(self) -> Streams:
        """Declare the episodes, and the steps with what the body notes of each."""
        whole = [each for each in trial_columns(self.setup, self.steps) if each.name != "waveform"]
        along = [_along_steps(each, self.steps) for each in self.extras]
        length = Column("length", dtype="int64", description="steps of the episode; the rest is NaN")
        single = {each.name: _of_a_step(each) for each in whole}
        of_step = [single["sequence"], NUMBER, single["drive"], single["input"], single["readout"]]
        return {"primary": (*whole, length, *along), STEPS: (*of_step, *TIMES, *self.extras)}

    def coordinates(self) -> tuple[Coordinate, ...]:
        """Name channels, ports and devices."""
        return device_labels(self.setup)

    def row_count(self) -> int:
        """Give the number of episodes that are expected."""
        return self.count

    # -- what the body does ------------------------------------------------------------------

    def execute(self) -> None:
        """Run the body; an episode that it leaves open when it returns has come to its end."""
        if self.body is None:
            raise ProtocolError("the protocol `episodes` is driven by a program: set its `body`")
        try:
            self.body(self)
            self.end()
        except (TrialEndedError, StoppedError):
            if not self.should_stop():
                raise
        finally:
            self._leave()

    def begin(self, number: int | None = None, repeat: int = 0) -> np.ndarray:
        """Begin an episode, the one before has come to its end; return the readout of the start state."""
        self.end()
        if self.should_stop():
            raise StoppedError("no further episode was begun, as it was to stop")
        trial = self._device.begin(should_stop=self.should_stop)
        number = self.start_row if number is None else number
        trial.__enter__()
        self._episode = Episode(number, repeat, trial)
        return trial.initial

    def step(self, drive: np.ndarray) -> np.ndarray:
        """Play one step, drive ([device,] port); return its readout ([device,] channel)."""
        episode = self._under_way()
        self._emit_waiting()
        if len(episode.steps) >= self.steps:
            raise ProtocolError(f"an episode of this run has at most {self.steps} steps; ask for more")
        step = episode.trial.play(drive)
        episode.steps.append(step)
        episode.noted.append({})
        episode.waiting = True
        if not self.extras:
            self._emit_waiting()
        return step.played.readout

    def note(self, **values: ArrayLike) -> None:
        """Note something of the step that was played last, by the names of `extras`."""
        episode = self._under_way()
        if not episode.waiting:
            raise ProtocolError("nothing can be noted: no step was played since the last row")
        known = [each.name for each in self.extras]
        for name, value in values.items():
            if name not in known:
                raise ProtocolError(
                    f"no column {name!r} was declared; there are: {', '.join(known) or 'none'}"
                )
            episode.noted[-1][name] = np.asarray(value)
        if len(episode.noted[-1]) == len(known):
            self._emit_waiting()

    def end(self) -> None:
        """End the episode that is under way, if one is; it becomes a row of `primary`."""
        episode = self._episode
        if episode is None:
            return
        self._emit_waiting()
        self._leave()
        if episode.steps:
            self.emit("primary", self._whole(episode))
            self.start_row += 1

    # -- rows --------------------------------------------------------------------------------

    def _under_way(self) -> Episode:
        if self._episode is None:
            raise ProtocolError("no episode is under way; begin one first")
        return self._episode

    def _leave(self) -> None:
        """Leave the bench safe; no episode is under way any more."""
        episode, self._episode = self._episode, None
        if episode is not None:
            episode.trial.__exit__(None, None, None)

    def _emit_waiting(self) -> None:
        """Emit the row of the last step, with NaN where nothing was noted."""
        episode = self._under_way()
        if not episode.waiting:
            return
        episode.waiting = False
        step = episode.steps[-1]
        episode.noted[-1] = _filled(self.extras, episode.noted[-1])
        row: dict[str, ArrayLike] = {
            "sequence": episode.number,
            "drive": step.drive,
            "input": step.input,
            "readout": step.played.readout,
            **times_of(step, episode.steps[0]),
        }
        self.emit(STEPS, row | episode.noted[-1])

    def _whole(self, episode: Episode) -> dict[str, ArrayLike]:
        """Make the row of an episode: steps along their axis, NaN after the last."""
        axis = 1 if self.setup.devices else 0
        row: dict[str, ArrayLike] = {
            "sequence": episode.number,
            "repeat": episode.repeat,
            "drive": self._padded([each.drive for each in episode.steps], axis),
            "input": self._padded([each.input for each in episode.steps], axis),
            "readout": self._padded([each.played.readout for each in episode.steps], axis),
            "initial": episode.trial.initial,
            "length": len(episode.steps),
        }
        for each in self.extras:
            row[each.name] = self._padded([noted[each.name] for noted in episode.noted], 0)
        return row

    def _padded(self, values: list[np.ndarray], axis: int) -> np.ndarray:
        stacked = np.stack(values, axis=axis).astype(float)
        widths = [(0, 0)] * stacked.ndim
        widths[axis] = (0, self.steps - len(values))
        return np.pad(stacked, widths, constant_values=np.nan)


def _along_steps(column: Column, steps: int) -> Column:
    """Declare a column of one step for a whole episode."""
    return Column(
        column.name,
        ("step", *column.dims),
        (steps, *column.shape),
        units=column.units,
        description=column.description,
    )


def _of_a_step(column: Column) -> Column:
    """Declare a column of a trial for one step of it."""
    kept = [(dim, size) for dim, size in zip(column.dims, column.shape, strict=True) if dim != "step"]
    dims, shape = tuple(dim for dim, _ in kept), tuple(size for _, size in kept)
    return Column(
        column.name, dims, shape, column.dtype, column.units, column.description, column.is_coordinate
    )


def _filled(extras: tuple[Column, ...], noted: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Give every declared column a value of its shape, NaN where nothing was noted."""
    found: dict[str, np.ndarray] = {}
    for each in extras:
        value = np.asarray(noted.get(each.name, np.nan), float)
        found[each.name] = (
            np.broadcast_to(value, each.shape) if value.ndim == 0 else value.reshape(each.shape)
        )
    return found
