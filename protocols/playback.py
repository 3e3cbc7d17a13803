"""Protocols that play a list of trials on a device: all they differ in is the plan."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from nado_lab.instruments.setups.stepwise import Step
from nado_lab.protocols.base import NadoProcedure, Streams
from nado_lab.protocols.columns import Column, Coordinate, Row, common_unit
from nado_lab.protocols.device import MeasuringDevice, Response, StepwiseDevice
from nado_lab.protocols.errors import ProtocolError
from nado_lab.protocols.pymeasure_types import boolean
from nado_lab.protocols.step_rows import NUMBER, STEPS, TIMES, play_step_by_step, times_of
from nado_lab.protocols.timing import STEPWISE, WHOLE_TRIALS


@dataclass(frozen=True)
class TrialPlan:
    """The trials of a run in order: drive (trial, [device,] step, port) and labels (trial,).

    With `inputs` of the same shape, in the SI units of the ports, these are played as they are, and need not
    lie in the setup's window; without them the drive must, and the setup maps it.
    """

    drive: np.ndarray
    sequence: np.ndarray
    repeat: np.ndarray
    inputs: np.ndarray | None = None

    def __post_init__(self) -> None:
        """Refuse a plan whose parts do not fit together."""
        drive = np.shape(self.drive)
        if len(drive) not in (3, 4) or 0 in drive:
            raise ProtocolError(
                f"drive must be a non-empty (trial, step, port) array, or (trial, device, step, port) for "
                f"devices side by side; it has shape {drive}"
            )
        if not np.all(np.isfinite(self.drive)):
            raise ProtocolError("drive holds numbers that are not finite")
        if self.inputs is not None and np.shape(self.inputs) != drive:
            raise ProtocolError(
                f"inputs must have the shape of the drive, {drive}; {np.shape(self.inputs)} came"
            )


class Playback(NadoProcedure):
    """Play every trial of `plan()` in order and emit what the device answered."""

    waveform: bool = boolean("Keep the raw waveform", default=False)
    stepwise: bool = boolean("Ask step by step", default=False)
    _in_trial: bool = False

    @property
    def timing(self) -> str:
        """Say how the steps of a trial follow each other."""
        return STEPWISE if self.stepwise else WHOLE_TRIALS

    @property
    def may_pause(self) -> bool:
        """Say that a trial that is asked step by step is not interrupted."""
        return not self._in_trial

    def bind(self, setup: MeasuringDevice) -> None:
        """Take the setup; SetupError where it is to be asked step by step and cannot be."""
        if self.stepwise:
            stepwise_device(setup)
        super().bind(setup)

    @abstractmethod
    def plan(self) -> TrialPlan:
        """Lay out all trials of the run."""

    @cached_property
    def planned(self) -> TrialPlan:
        """Give the plan, made once."""
        return self.plan()

    def columns(self) -> Streams:
        """Declare sequence, repeat, drive, input, readout, initial and, if kept, waveform."""
        columns = list(trial_columns(self.setup, self.planned.drive.shape[-2]))
        if not self.waveform:
            columns = [each for each in columns if each.name != "waveform"]
        steps = {STEPS: (columns[0], NUMBER, *TIMES)} if self.stepwise else {}
        return {"primary": tuple(columns), **steps}

    def coordinates(self) -> tuple[Coordinate, ...]:
        """Name channels, ports and devices; channels with what they lie along and with units that differ."""
        return device_labels(self.setup)

    def row_count(self) -> int:
        """Give the number of trials."""
        return len(self.planned.drive)

    def extent(self) -> tuple[int, int] | None:
        """Count the trials and the steps of each without laying them out; None while that is not known."""
        return None

    def estimate_s(self, setup: MeasuringDevice) -> float | None:
        """Take all trials, each as long as the setup says."""
        extent = self.extent()
        if extent is None:
            return None
        if self.stepwise and isinstance(setup, StepwiseDevice):
            return setup.estimate_steps_s(*extent)
        return setup.estimate_s(*extent)

    def require_limits(self) -> None:
        """Have the setup check the whole plan; it sends nothing before its first answer is asked for."""
        self.setup.measure(self.planned.drive, inputs=self.planned.inputs)

    def execute(self) -> None:
        """Play the trials that are not stored yet."""
        plan, first = self.planned, self.start_row
        if first >= len(plan.drive):
            return
        for trial, answer in enumerate(self.answers(first), start=first):
            self.emit("primary", self._row(plan, trial, answer))
            if self.should_stop():
                return

    def answers(self, first: int = 0, last: int | None = None) -> Iterator[Response]:
        """Play trials of the plan, from `first` to before `last`: whole, or step by step if so asked."""
        drive, inputs = self.planned.drive[first:last], self.planned.inputs
        inputs = None if inputs is None else inputs[first:last]
        if not self.stepwise:
            return self.setup.measure(drive, should_stop=self.should_stop, inputs=inputs)
        return self._asked(drive, inputs, first)

    def _asked(self, drive: np.ndarray, inputs: np.ndarray | None, first: int) -> Iterator[Response]:
        """Play trials step by step; every step is a row as it comes."""

        def take(trial: int, step: Step, begun: Step) -> None:
            row = {"sequence": self.planned.sequence[first + trial], **times_of(step, begun)}
            self._in_trial = True
            self.emit(STEPS, row)
            self._in_trial = False

        yield from play_step_by_step(stepwise_device(self.setup), drive, inputs, self.should_stop, take)

    def _row(self, plan: TrialPlan, trial: int, answer: Response) -> Row:
        row: dict[str, np.ndarray] = {
            "sequence": plan.sequence[trial],
            "repeat": plan.repeat[trial],
            "drive": plan.drive[trial],
            "input": answer.input,
            "readout": answer.readout,
            "initial": answer.initial,
        }
        if self.waveform:
            row["waveform"] = answer.waveform
        return row


def interleaved(sequences: int, repeats: int) -> tuple[np.ndarray, np.ndarray]:
    """Order all sequences once, then all again: labels (sequence, repeat) of every trial.

    A slow drift of the device so lies across repeats, and does not hide in a sequence.
    """
    return np.tile(np.arange(sequences), repeats), np.repeat(np.arange(repeats), sequences)


def stepwise_device(setup: MeasuringDevice) -> StepwiseDevice:
    """Return a setup that can be asked step by step; SetupError says why another cannot."""
    if not isinstance(setup, StepwiseDevice):
        raise ProtocolError(f"a {type(setup).__name__} cannot be asked step by step: it has no begin()")
    setup.require_stepwise()
    return setup


def trial_columns(setup: MeasuringDevice, steps: int) -> tuple[Column, ...]:
    """Declare a trial of so many steps: sequence, repeat, drive, input, readout, initial and waveform."""
    ports, channels, sides = len(setup.ports), len(setup.channels), len(setup.devices)
    unit, applied = common_unit(setup.channel_units), common_unit([port.unit for port in setup.ports])

    def column(name: str, dims: dict[str, int], units: str = "1", told: str = "") -> Column:
        dims = {"device": sides, **dims} if sides else dims
        return Column(name, tuple(dims), tuple(dims.values()), units=units, description=told)

    driven, read = {"step": steps, "port": ports}, {"step": steps, "channel": channels}
    samples, contacts = setup.waveform_shape
    raw = {"step": steps, "sample": samples, "contact": contacts}
    return (
        Column("sequence", dtype="int64", description="which input sequence", is_coordinate=True),
        Column("repeat", dtype="int64", description="which repeat of it", is_coordinate=True),
        column("drive", driven, told="drive in [-1, 1]"),
        column("input", driven, applied, "as applied"),
        column("readout", read, unit),
        column("initial", {"channel": channels}, unit, "readout before the drive"),
        replace(column("waveform", raw, setup.waveform_units, "raw samples"), dtype="float32"),
    )


def device_labels(setup: MeasuringDevice) -> tuple[Coordinate, ...]:
    """Name channels, ports and devices; channels with what they lie along and with units that differ."""
    labels = [Coordinate("channel", tuple(setup.channels))]
    labels.append(Coordinate("port", tuple(port.name for port in setup.ports)))
    if setup.devices:
        labels.append(Coordinate("device", tuple(setup.devices)))
    units, axis = tuple(setup.channel_units), setup.channel_axis
    inputs = tuple(port.unit for port in setup.ports)
    if len(set(inputs)) > 1:
        labels.append(Coordinate("port_units", inputs, dim="port"))
    if len(set(units)) > 1:
        labels.append(Coordinate("channel_units", units, dim="channel"))
    if axis is not None:
        labels.append(Coordinate(axis.name, axis.values, axis.unit, dim="channel"))
    return tuple(labels)
