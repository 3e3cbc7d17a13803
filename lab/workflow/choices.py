"""What can be chosen of runs, apart from the code that needs it, so that a command line starts quickly."""

from enum import StrEnum


class Level(StrEnum):
    """What a channel of the twin is: a readout of the step, or each of its raw samples."""

    STEP = "step"
    WAVEFORM = "waveform"


class Part(StrEnum):
    """A part of runs; AUTO: what is marked for testing, else what the fit of the twin set aside, else all."""

    AUTO = "auto"
    TEST = "test"
    TRAIN = "train"
    ALL = "all"
