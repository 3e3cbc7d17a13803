"""What a file does not say about itself."""

from dataclasses import dataclass
from enum import StrEnum


class SampleReduction(StrEnum):
    """What of the raw samples of a step is its readout; with SAMPLES every sample is a step."""

    MEAN = "mean"
    LAST = "last"
    SAMPLES = "samples"


@dataclass(frozen=True)
class ImportOptions:
    """What the person importing files states of them; `drive_low` and `drive_high` in `drive_units`."""

    drive: tuple[str, ...] = ()  # names of the drive columns of a table
    drive_units: str = ""
    drive_low: float | None = None  # what drive -1 stands for
    drive_high: float | None = None
    readout_units: str = ""
    samples_per_step: int | None = None
    step_seconds: float | None = None
    field_cycle: str = ""  # what the field does within a step, in words
    readout: SampleReduction = SampleReduction.MEAN
    sample: str = ""
