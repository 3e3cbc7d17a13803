"""What a channel of a Keithley 2600 can be set to and asked for, strictly: 2600BS-901-01 Rev. C, section 7.

``{ch}`` stands for the channel; the driver puts it in.
"""

import warnings
from typing import Any

from nado_lab.instruments.limits import within
from pymeasure.instruments import Instrument
from pymeasure.instruments.keithley import Keithley2600 as PyMeasure2600
from pymeasure.instruments.validators import strict_discrete_set


class Keithley2600Quantities(PyMeasure2600):
    """Quantities of nine digits that raise beyond their range; PyMeasure's own channels are taken away."""

    source_enabled = Instrument.control(
        "print(smu{ch}.source.output)",
        "smu{ch}.source.output = %d",
        """Control the output (bool).""",
        validator=strict_discrete_set,
        map_values=True,
        values={True: 1, False: 0},
    )
    source_mode = Instrument.control(
        "print(smu{ch}.source.func)",
        "smu{ch}.source.func = %d",
        """Control what is sourced (str, voltage or current).""",
        validator=strict_discrete_set,
        map_values=True,
        values={"voltage": 1, "current": 0},
    )
    remote_sense = Instrument.control(
        "print(smu{ch}.sense)",
        "smu{ch}.sense = %d",
        """Control whether the voltage is sensed with four wires (bool).""",
        validator=strict_discrete_set,
        map_values=True,
        values={True: 1, False: 0},
    )
    output_off_mode = Instrument.control(
        "print(smu{ch}.source.offmode)",
        "smu{ch}.source.offmode = %d",
        """Control what an output that is off does (str, normal is 0 V, zero or high_z).""",
        validator=strict_discrete_set,
        map_values=True,
        values={"normal": 0, "zero": 2, "high_z": 1},
    )
    source_voltage = Instrument.control(
        "print(smu{ch}.source.levelv)",
        "smu{ch}.source.levelv = %.9g",
        """Control the voltage in V (float, strictly within the limits).""",
        validator=within,
        values=(-202, 202),
        dynamic=True,
    )
    source_current = Instrument.control(
        "print(smu{ch}.source.leveli)",
        "smu{ch}.source.leveli = %.9g",
        """Control the current in A (float, strictly within the limits).""",
        validator=within,
        values=(-1.515, 1.515),
        dynamic=True,
    )
    compliance_voltage = Instrument.control(
        "print(smu{ch}.source.limitv)",
        "smu{ch}.source.limitv = %.9g",
        """Control the compliance voltage in V (float, strictly within the limits).""",
        validator=within,
        values=(0.02, 202),
        dynamic=True,
    )
    compliance_current = Instrument.control(
        "print(smu{ch}.source.limiti)",
        "smu{ch}.source.limiti = %.9g",
        """Control the compliance current in A (float, strictly within the limits).""",
        validator=within,
        values=(1e-10, 1.515),
        dynamic=True,
    )
    source_voltage_range = Instrument.control(
        "print(smu{ch}.source.rangev)",
        "smu{ch}.source.rangev = %.9g",
        """Control the voltage range of the source in V (float); auto-range goes off.""",
        validator=within,
        values=(0, 202),
    )
    source_current_range = Instrument.control(
        "print(smu{ch}.source.rangei)",
        "smu{ch}.source.rangei = %.9g",
        """Control the current range of the source in A (float); auto-range goes off.""",
        validator=within,
        values=(0, 1.515),
    )
    voltage_range = Instrument.control(
        "print(smu{ch}.measure.rangev)",
        "smu{ch}.measure.rangev = %.9g",
        """Control the voltage range of the meter in V (float); auto-range goes off.""",
        validator=within,
        values=(0, 202),
    )
    current_range = Instrument.control(
        "print(smu{ch}.measure.rangei)",
        "smu{ch}.measure.rangei = %.9g",
        """Control the current range of the meter in A (float); auto-range goes off.""",
        validator=within,
        values=(0, 1.515),
    )
    measure_nplc = Instrument.control(
        "print(smu{ch}.measure.nplc)",
        "smu{ch}.measure.nplc = %.9g",
        """Control the line cycles of a reading (float from 0.001 to 25).""",
        validator=within,
        values=(0.001, 25),
    )
    measure_delay = Instrument.control(
        "print(smu{ch}.measure.delay)",
        "smu{ch}.measure.delay = %.9g",
        """Control how long a measurement waits, in s (float).""",
        validator=within,
        values=(0, 1e4),
    )
    source_delay = Instrument.control(
        "print(smu{ch}.source.delay)",
        "smu{ch}.source.delay = %.9g",
        """Control how long the source settles, in s (float).""",
        validator=within,
        values=(0, 1e4),
    )
    limited = Instrument.measurement(
        "print(smu{ch}.source.compliance)",
        """Get whether the compliance holds the source back (bool).""",
        map_values=True,
        values={True: "true", False: "false"},
    )
    line_frequency = Instrument.measurement(
        "print(localnode.linefreq)", """Get the frequency of the mains in Hz."""
    )
    list_points = Instrument.measurement(
        "print(smu{ch}.nvbuffer1.n)", """Get how many readings the buffer holds."""
    )

    def __init__(self, adapter: Any, **kwargs: Any):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "It is not known whether", FutureWarning)
            super().__init__(adapter, **kwargs)
        del self.ChA, self.ChB
