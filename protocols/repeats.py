"""The same few sequences again and again: what differs between repeats is the device's noise."""

from nado_lab.protocols.characterise import Characterise
from nado_lab.protocols.pymeasure_types import boolean, integer


class Repeats(Characterise):
    """Repeat a few random sequences many times, interleaved."""

    sequences: int = integer("Sequences", default=5, minimum=1, maximum=1_000_000)
    repeats: int = integer("Repeats of each sequence", default=100, minimum=2, maximum=1_000_000)
    waveform: bool = boolean("Keep the raw waveform", default=False)
