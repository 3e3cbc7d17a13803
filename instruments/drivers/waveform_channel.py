"""One output of a Keysight 33500 generator: what a burst needs, and what would turn or move its field."""

import numpy as np
from nado_lab.instruments.limits import one_word, within
from pymeasure.instruments import Instrument
from pymeasure.instruments.agilent.agilent33500 import Agilent33500Channel

LEAST_VPP = 2e-3
"""1 mVpp into 50 ohm is 2 mVpp into an open circuit, what ``OUTP:LOAD INF`` counts in (guide, VOLTage)."""
MOST_VOLTS = 10.0
_NAME = "NADO"


class WaveformChannel(Agilent33500Channel):
    """One output with binary upload; the manual's name for it is SOURce<n>."""

    trigger_source = Instrument.control(
        "TRIG{ch}:SOUR?",
        "TRIG{ch}:SOUR %s",
        """Control the trigger source of the channel (str, IMM, EXT, TIM or BUS).""",
        validator=one_word,
        values=("IMM", "EXT", "TIM", "BUS"),
    )
    amplitude = Instrument.control(
        "SOUR{ch}:VOLT?",
        "SOUR{ch}:VOLT %.8f",
        """Control the peak-to-peak voltage in V (float from 0.002 to 20, into an open circuit).""",
        validator=within,
        values=(LEAST_VPP, 20.0),
    )
    offset = Instrument.control(
        "SOUR{ch}:VOLT:OFFS?",
        "SOUR{ch}:VOLT:OFFS %.8f",
        """Control the offset in V (float from -10 to 10, into an open circuit).""",
        validator=within,
        values=(-MOST_VOLTS, MOST_VOLTS),
    )
    polarity = Instrument.control(
        "OUTP{ch}:POL?",
        "OUTP{ch}:POL %s",
        """Control the polarity of the output (str, NORM or INV).""",
        validator=one_word,
        values=("NORM", "INV"),
    )
    limits_enabled = Instrument.control(
        "SOUR{ch}:VOLT:LIM:STAT?",
        "SOUR{ch}:VOLT:LIM:STAT %d",
        """Control whether the instrument's own voltage limits act (bool).""",
        map_values=True,
        values={True: 1, False: 0},
    )
    burst_phase = Instrument.control(
        "SOUR{ch}:BURS:PHAS?", "SOUR{ch}:BURS:PHAS %g", """Control where a burst begins in deg (float)."""
    )
    trigger_delay = Instrument.control(
        "TRIG{ch}:DEL?", "TRIG{ch}:DEL %g", """Control the time from trigger to burst in s (float)."""
    )

    def upload(self, counts: np.ndarray) -> None:
        """Replace the channel's waveform by DAC counts (sample,) in -32767 to 32767."""
        data = np.ascontiguousarray(counts, dtype="<i2").tobytes()
        length = str(len(data))
        self.data_volatile_clear()
        head = f"SOUR{self.id}:DATA:ARB:DAC {_NAME},#{len(length)}{length}"
        self.write_bytes(head.encode() + data + b"\n")
        self.write(f"SOUR{self.id}:FUNC:ARB {_NAME}")
