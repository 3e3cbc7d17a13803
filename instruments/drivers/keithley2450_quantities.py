"""What a Keithley 2450 can be set to and asked for, strictly (manual 2450-901-01 Rev. B, section 6)."""

from nado_lab.instruments.limits import one_word, within
from pymeasure.instruments import Instrument
from pymeasure.instruments.keithley import Keithley2450 as PyMeasure2450

BUFFER = '"defbuffer1"'


class Keithley2450Quantities(PyMeasure2450):
    """Quantities that raise beyond their range, where PyMeasure's are cut to it or go out as they are."""

    source_enabled = Instrument.control(
        "OUTPUT?",
        "OUTPUT %d",
        """Control the output (bool).""",
        map_values=True,
        values={True: 1, False: 0},
    )
    sense_function = Instrument.control(
        ":SENS:FUNC?",
        ':SENS:FUNC "%s"',
        """Control what is measured (str, CURR or VOLT).""",
        validator=one_word,
        values=("CURR", "VOLT"),
        get_process=lambda reply: reply.strip('"').removesuffix(":DC"),
    )
    source_voltage = Instrument.control(
        ":SOUR:VOLT?",
        ":SOUR:VOLT:LEV %.9g",
        """Control the voltage in V (float, strictly within the limits).""",
        validator=within,
        values=(-210, 210),
        dynamic=True,
    )
    source_current = Instrument.control(
        ":SOUR:CURR?",
        ":SOUR:CURR:LEV %.9g",
        """Control the current in A (float, strictly within the limits).""",
        validator=within,
        values=(-1.05, 1.05),
        dynamic=True,
    )
    compliance_current = Instrument.control(
        ":SOUR:VOLT:ILIM?",
        ":SOUR:VOLT:ILIM %.9g",
        """Control the compliance current in A (float, strictly within the limits).""",
        validator=within,
        values=(1e-9, 1.05),
        dynamic=True,
    )
    compliance_voltage = Instrument.control(
        ":SOUR:CURR:VLIM?",
        ":SOUR:CURR:VLIM %.9g",
        """Control the compliance voltage in V (float, strictly within the limits).""",
        validator=within,
        values=(0.02, 210),
        dynamic=True,
    )
    source_voltage_range = Instrument.control(
        ":SOUR:VOLT:RANG?",
        ":SOUR:VOLT:RANG:AUTO 0;:SOUR:VOLT:RANG %g",
        """Control the voltage range of the source in V (float); auto-range goes off.""",
        validator=within,
        values=(0, 210),
    )
    source_current_range = Instrument.control(
        ":SOUR:CURR:RANG?",
        ":SOUR:CURR:RANG:AUTO 0;:SOUR:CURR:RANG %g",
        """Control the current range of the source in A (float); auto-range goes off.""",
        validator=within,
        values=(0, 1.05),
    )
    current_range = Instrument.control(
        ":SENS:CURR:RANG?",
        ":SENS:CURR:RANG:AUTO 0;:SENS:CURR:RANG %g",
        """Control the current range of the meter in A (float); auto-range goes off.""",
        validator=within,
        values=(0, 1.05),
    )
    voltage_range = Instrument.control(
        ":SENS:VOLT:RANG?",
        ":SENS:VOLT:RANG:AUTO 0;:SENS:VOLT:RANG %g",
        """Control the voltage range of the meter in V (float); auto-range goes off.""",
        validator=within,
        values=(0, 210),
    )
    current_nplc = Instrument.control(
        ":SENS:CURR:NPLC?",
        ":SENS:CURR:NPLC %g",
        """Control the line cycles of a reading of the current (float from 0.01 to 10).""",
        validator=within,
        values=(0.01, 10),
    )
    voltage_nplc = Instrument.control(
        ":SENS:VOLT:NPLC?",
        ":SENS:VOLT:NPLC %g",
        """Control the line cycles of a reading of the voltage (float from 0.01 to 10).""",
        validator=within,
        values=(0.01, 10),
    )
    current_four_wires = Instrument.control(
        ":SENS:CURR:RSEN?",
        ":SENS:CURR:RSEN %d",
        """Control whether the voltage is sensed with four wires while the current is measured (bool).""",
        map_values=True,
        values={True: 1, False: 0},
    )
    voltage_four_wires = Instrument.control(
        ":SENS:VOLT:RSEN?",
        ":SENS:VOLT:RSEN %d",
        """Control whether the voltage is sensed with four wires while it is measured (bool).""",
        map_values=True,
        values={True: 1, False: 0},
    )
    voltage_read_back = Instrument.control(
        ":SOUR:VOLT:READ:BACK?",
        ":SOUR:VOLT:READ:BACK %d",
        """Control whether a sourced voltage is measured, too (bool).""",
        map_values=True,
        values={True: 1, False: 0},
    )
    current_read_back = Instrument.control(
        ":SOUR:CURR:READ:BACK?",
        ":SOUR:CURR:READ:BACK %d",
        """Control whether a sourced current is measured, too (bool).""",
        map_values=True,
        values={True: 1, False: 0},
    )
    current_limited = Instrument.measurement(
        ":SOUR:VOLT:ILIM:TRIP?",
        """Get whether the compliance current holds the voltage back (bool; p. 6-72).""",
        map_values=True,
        values={True: 1, False: 0},
    )
    voltage_limited = Instrument.measurement(
        ":SOUR:CURR:VLIM:TRIP?",
        """Get whether the compliance voltage holds the current back (bool; p. 6-72).""",
        map_values=True,
        values={True: 1, False: 0},
    )
    line_frequency = Instrument.measurement(":SYST:LFR?", """Get the frequency of the mains in Hz.""")
    list_points = Instrument.measurement(
        f":TRAC:ACT? {BUFFER}", """Get how many readings the buffer holds.""", cast=int
    )
