"""What a file does not say about itself."""

from dataclasses import dataclass
from enum import StrEnum


class SampleReduction(StrEnum):
    """What of the raw samples of a step is its readout; with SAMPLES every sample is a step."""

    MEAN = "mean"
    LAST = "last"
    SAMPLES = "samples"


class Axis(StrEnum):
    """What an axis of an array counts; a trial is one sequence measured once."""

    TRIAL = "trial"
    SEQUENCE = "sequence"
    REPEAT = "repeat"
    STEP = "step"
    PORT = "port"
    CHANNEL = "channel"


@dataclass(frozen=True)
class PortColumn:
    """A drive in a file: the column or array that holds it, and the port of the device that it belongs to.

    `low` and `high` are what drive -1 and 1 stand for, in `units`. What is not said is as of all ports
    (`drive_units`, `drive_low`, `drive_high`).
    """

    column: str
    name: str = ""
    units: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ChannelColumn:
    """A readout in a file: the column or array that holds it, its name in the run and its units."""

    column: str
    name: str = ""
    units: str = ""


@dataclass(frozen=True)
class ImportOptions:
    """What the person importing files states of them; `drive_low` and `drive_high` in `drive_units`."""

    ports: tuple[PortColumn, ...] = ()  # which columns or arrays are drives
    channels: tuple[ChannelColumn, ...] = ()  # which are readouts; of a table, empty: all others
    axes: tuple[Axis, ...] = ()  # what the axes of the readouts' arrays count
    sequence: str = ""  # columns that number sequences and repeats, and that mark what is not for fitting,
    repeat: str = ""  # where they have other names than these
    held_out: str = ""
    run_id: int | None = None  # of a QCoDeS database
    drive_units: str = ""
    drive_low: float | None = None  # what drive -1 stands for
    drive_high: float | None = None
    readout_units: str = ""
    samples_per_step: int | None = None
    step_seconds: float | None = None
    field_cycle: str = ""  # what the field does within a step, in words
    readout: SampleReduction = SampleReduction.MEAN
    sample: str = ""
    band_pass: tuple[float, ...] = ()  # Hz, low and high: what of the raw samples is kept
    transient: int = 0  # steps at the begin of each trial that are left out
    keep_waveform: bool = True  # the raw samples, beside what was made of them

    @property
    def drives(self) -> tuple[str, ...]:
        """Name the columns of the drives."""
        return tuple(port.column for port in self.ports)
