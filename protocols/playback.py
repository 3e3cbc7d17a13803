"""Protocols that play a list of trials on a device: all they differ in is the plan."""

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from nado_lab.protocols.base import NadoProcedure, Streams
from nado_lab.protocols.columns import Column, Coordinate, Row, common_unit
from nado_lab.protocols.device import MeasuringDevice, Response
from nado_lab.protocols.errors import ProtocolError
from nado_lab.protocols.pymeasure_types import boolean


@dataclass(frozen=True)
class TrialPlan:
    """The trials of a run in order: drive (trial, step, port) and labels (trial,).

    With `field` (trial, step) in T the fields are played as they are, and need not lie in the setup's
    drive range; without it the drive must, and the setup maps it.
    """

    drive: np.ndarray
    sequence: np.ndarray
    repeat: np.ndarray
    field: np.ndarray | None = None

    def __post_init__(self) -> None:
        """Refuse a plan whose parts do not fit together."""
        drive = np.shape(self.drive)
        if len(drive) != 3 or 0 in drive:
            raise ProtocolError(f"drive must be a non-empty (trial, step, port) array; it has shape {drive}")
        if not np.all(np.isfinite(self.drive)):
            raise ProtocolError("drive holds numbers that are not finite")
        if self.field is not None and np.shape(self.field) != drive[:2]:
            raise ProtocolError(f"field must be (trial, step) = {drive[:2]}; it is {np.shape(self.field)}")


class Playback(NadoProcedure):
    """Play every trial of `plan()` in order and emit what the device answered."""

    waveform: bool = boolean("Keep the raw waveform", default=False)

    @abstractmethod
    def plan(self) -> TrialPlan:
        """Lay out all trials of the run."""

    @cached_property
    def planned(self) -> TrialPlan:
        """Give the plan, made once."""
        return self.plan()

    def columns(self) -> Streams:
        """Declare sequence, repeat, drive, field, readout, initial and, if kept, waveform."""
        _, steps, ports = self.planned.drive.shape
        channels = len(self.setup.channels)
        unit = common_unit(self.setup.channel_units)
        columns = [
            Column("sequence", dtype="int64", description="which input sequence", is_coordinate=True),
            Column("repeat", dtype="int64", description="which repeat of it", is_coordinate=True),
            Column("drive", ("step", "port"), (steps, ports), description="drive in [-1, 1]"),
            Column("field", ("step",), (steps,), units="T", description="applied field"),
            Column("readout", ("step", "channel"), (steps, channels), units=unit),
            Column("initial", ("channel",), (channels,), units=unit, description="readout before the drive"),
        ]
        if self.waveform:
            shape = (steps, *self.setup.waveform_shape)
            dims = ("step", "sample", "contact")
            units = getattr(self.setup, "waveform_units", "V")
            columns.append(Column("waveform", dims, shape, "float32", units, "raw samples"))
        return {"primary": tuple(columns)}

    def coordinates(self) -> tuple[Coordinate, ...]:
        """Name the channels, with their units where these differ and frequencies where they have them."""
        labels = [Coordinate("channel", tuple(self.setup.channels))]
        units = tuple(self.setup.channel_units)
        frequencies = getattr(self.setup, "frequencies", None)
        if len(set(units)) > 1:
            labels.append(Coordinate("channel_units", units, dim="channel"))
        if frequencies is not None:
            labels.append(Coordinate("frequency", tuple(map(float, frequencies)), "Hz", dim="channel"))
        return tuple(labels)

    def row_count(self) -> int:
        """Give the number of trials."""
        return len(self.planned.drive)

    def extent(self) -> tuple[int, int] | None:
        """Count the trials and the steps of each without laying them out; None while that is not known."""
        return None

    def estimate_s(self, setup: MeasuringDevice) -> float | None:
        """Take the steps of all trials, each as long as the setup says."""
        extent = self.extent()
        return None if extent is None else extent[0] * extent[1] * float(setup.step_s)

    def require_limits(self) -> None:
        """Have the setup check the whole plan; it sends nothing before its first answer is asked for."""
        self.setup.measure(self.planned.drive, field_tesla=self.planned.field)

    def execute(self) -> None:
        """Play the trials that are not stored yet."""
        plan, first = self.planned, self.start_row
        if first >= len(plan.drive):
            return
        field = None if plan.field is None else plan.field[first:]
        answers = self.setup.measure(plan.drive[first:], should_stop=self.should_stop, field_tesla=field)
        for trial, answer in enumerate(answers, start=first):
            self.emit("primary", self._row(plan, trial, answer))
            if self.should_stop():
                return

    def _row(self, plan: TrialPlan, trial: int, answer: Response) -> Row:
        row: dict[str, np.ndarray] = {
            "sequence": plan.sequence[trial],
            "repeat": plan.repeat[trial],
            "drive": plan.drive[trial],
            "field": answer.field,
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
