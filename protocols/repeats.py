"""The same few sequences again and again: what differs between repeats is the device's noise."""

from nado_lab.protocols.characterise import Characterise
from nado_lab.protocols.pymeasure_types import boolean, integer


class Repeats(Characterise):
    """Repeat a few random sequences many times, interleaved; by default others than `characterise` draws."""

    sequences: int = integer("Sequences", default=5, minimum=1, maximum=1_000_000)
    repeats: int = integer("Repeats of each sequence", default=100, minimum=2, maximum=1_000_000)
    seed: int = integer("Seed of the amplitudes", default=1_000_000, minimum=0, maximum=2**31 - 1)
    waveform: bool = boolean("Keep the raw waveform", default=False)
