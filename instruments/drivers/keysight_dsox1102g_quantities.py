"""What a Keysight InfiniiVision 1000 X can be set to and asked for, strictly (its Programmer's Guide).

``{ch}`` stands for the channel; the driver puts it in.
"""

import warnings
from typing import Any

from nado_lab.instruments.limits import one_word, within
from pymeasure.instruments import Instrument
from pymeasure.instruments.keysight import KeysightDSOX1102G as PyMeasureDSOX1102G
from pymeasure.instruments.validators import strict_discrete_set

POINTS = (100, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 62_500)
"""How many points a waveform may have (PyMeasure, KeysightDSOX1102G.waveform_points)."""


class DSOX1102GQuantities(PyMeasureDSOX1102G):
    """Quantities of nine digits that raise beyond their range; PyMeasure's own channels are taken away."""

    displayed = Instrument.control(
        ":channel{ch}:DISPlay?",
        ":channel{ch}:DISPlay %d",
        """Control whether the channel is taken (bool).""",
        validator=strict_discrete_set,
        map_values=True,
        values={True: 1, False: 0},
    )
    inverted = Instrument.control(
        ":channel{ch}:INVert?",
        ":channel{ch}:INVert %d",
        """Control whether the channel is inverted (bool).""",
        validator=strict_discrete_set,
        map_values=True,
        values={True: 1, False: 0},
    )
    bandwidth_limited = Instrument.control(
        ":channel{ch}:BWLimit?",
        ":channel{ch}:BWLimit %d",
        """Control the low-pass filter of 25 MHz (bool).""",
        validator=strict_discrete_set,
        map_values=True,
        values={True: 1, False: 0},
    )
    coupling = Instrument.control(
        ":channel{ch}:COUPling?",
        ":channel{ch}:COUPling %s",
        """Control the coupling (str, ac or dc).""",
        validator=strict_discrete_set,
        map_values=True,
        values={"ac": "AC", "dc": "DC"},
        cast=str,
    )
    vertical_range = Instrument.control(
        ":channel{ch}:RANGe?",
        ":channel{ch}:RANGe %.9g",
        """Control the full scale in V, over eight divisions (float).""",
        validator=within,
        values=(8e-3, 40),
    )
    vertical_offset = Instrument.control(
        ":channel{ch}:OFFSet?",
        ":channel{ch}:OFFSet %.9g",
        """Control the voltage at the centre in V (float).""",
        validator=within,
        values=(-20, 20),
    )
    probe_attenuation = Instrument.control(
        ":channel{ch}:PROBe?",
        ":channel{ch}:PROBe %.9g",
        """Control the attenuation of the probe (float from 0.1 to 10000).""",
        validator=within,
        values=(0.1, 10_000),
    )
    timebase_range = Instrument.control(
        ":TIMebase:RANGe?",
        ":TIMebase:RANGe %.9g",
        """Control the time that the screen shows in s (float).""",
        validator=within,
        values=(5e-8, 500),
    )
    timebase_position = Instrument.control(
        ":TIMebase:POSition?",
        ":TIMebase:REFerence CENTer;:TIMebase:POSition %.9g",
        """Control the time from the trigger to the centre in s (float).""",
        validator=within,
        values=(-500, 500),
    )
    trigger_source = Instrument.control(
        ":TRIGger:EDGE:SOURce?",
        ":TRIGger:MODE EDGE;:TRIGger:EDGE:SOURce %s",
        """Control what triggers (str, CHAN1, CHAN2, EXT or LINE).""",
        validator=one_word,
        values=("CHAN1", "CHAN2", "EXT", "LINE"),
        cast=str,
    )
    trigger_slope = Instrument.control(
        ":TRIGger:EDGE:SLOPe?",
        ":TRIGger:EDGE:SLOPe %s",
        """Control the edge of the trigger (str, POS, NEG, EITH or ALT).""",
        validator=one_word,
        values=("POS", "NEG", "EITH", "ALT"),
        cast=str,
    )
    trigger_sweep = Instrument.control(
        ":TRIGger:SWEep?",
        ":TRIGger:SWEep %s",
        """Control whether it triggers by itself (str, AUTO or NORM).""",
        validator=one_word,
        values=("AUTO", "NORM"),
        cast=str,
    )
    trigger_level = Instrument.control(
        ":TRIGger:EDGE:LEVel?",
        ":TRIGger:EDGE:LEVel %.9g",
        """Control the level of the trigger in V (float).""",
        validator=within,
        values=(-8, 8),
    )
    byte_order = Instrument.control(
        ":WAVeform:BYTeorder?",
        ":WAVeform:BYTeorder %s",
        """Control the byte order of words (str, LSBF or MSBF).""",
        validator=one_word,
        values=("LSBF", "MSBF"),
        cast=str,
    )
    waveform_unsigned = Instrument.control(
        ":WAVeform:UNSigned?",
        ":WAVeform:UNSigned %d",
        """Control whether words have no sign (bool).""",
        validator=strict_discrete_set,
        map_values=True,
        values={True: 1, False: 0},
    )
    armed = Instrument.measurement(
        ":AER?", """Get and clear whether the trigger was armed (1 or 0).""", cast=int
    )
    condition = Instrument.measurement(
        ":OPERegister:CONDition?", """Get the operation condition register; bit 3 is running.""", cast=int
    )

    def __init__(self, adapter: Any, name: str = "Keysight InfiniiVision oscilloscope", **kwargs: Any):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "It is not known whether", FutureWarning)
            super(PyMeasureDSOX1102G, self).__init__(adapter, name, **kwargs)
