"""The same few sequences again and again: what differs between passages is the device's noise."""

from typing import Any

from nado_lab.protocols.characterise import Characterise
from pymeasure.experiment import BooleanParameter, IntegerParameter


class Repeats(Characterise):
    """Repeat a few random sequences many times, interleaved."""

    sequences: Any = IntegerParameter("Sequences", default=5, minimum=1, maximum=1_000_000)
    repeats: Any = IntegerParameter("Repeats of each sequence", default=100, minimum=2, maximum=1_000_000)
    waveform: Any = BooleanParameter("Keep the raw waveform", default=False)
