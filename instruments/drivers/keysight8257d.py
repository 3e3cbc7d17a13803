"""Keysight 8257D microwave source: PyMeasure's driver with limits, read-back and a step sweep that ends."""

import warnings
from typing import Any, ClassVar

from nado_lab.instruments.drivers.operation import OperationDriver
from nado_lab.instruments.limits import within
from pymeasure.adapters import Adapter
from pymeasure.instruments import Instrument
from pymeasure.instruments.agilent import Agilent8257D


class Keysight8257D(OperationDriver, Agilent8257D):
    """Step through microwave frequencies at constant power, a trigger at each point."""

    identity = r"(Agilent|Keysight) Technologies, *E82[56]7D"
    units: ClassVar = {
        "frequency": "Hz",
        "power": "dBm",
        "start_frequency": "Hz",
        "stop_frequency": "Hz",
        "step_points": "",
        "dwell_time": "s",
        "is_enabled": "",
        "has_modulation": "",
        "power_offset": "dB",
        "frequency_multiplier": "",
        "sweep_trigger": "",
        "point_trigger": "",
    }

    power = Instrument.control(
        ":POW?",
        ":POW %g dBm",
        """Control the power in dBm (float, strictly within the limits).""",
        validator=within,
        values=(-135, 25),
        dynamic=True,
    )
    frequency = Instrument.control(
        ":FREQ?",
        ":FREQ %.3f Hz",
        """Control the frequency in Hz (float).""",
        validator=within,
        values=(250e3, 20e9),
    )
    start_frequency = Instrument.control(
        ":SOUR:FREQ:STAR?",
        ":SOUR:FREQ:STAR %.3f Hz",
        """Control the first frequency of a sweep in Hz (float).""",
        validator=within,
        values=(250e3, 20e9),
    )
    stop_frequency = Instrument.control(
        ":SOUR:FREQ:STOP?",
        ":SOUR:FREQ:STOP %.3f Hz",
        """Control the last frequency of a sweep in Hz (float).""",
        validator=within,
        values=(250e3, 20e9),
    )
    dwell_time = Instrument.control(
        ":SOUR:SWE:DWEL1?",
        ":SOUR:SWE:DWEL1 %.3f",
        """Control the time at each frequency in s (float from 0.001 to 60).""",
        validator=within,
        values=(1e-3, 60),
    )
    step_points = Instrument.control(
        ":SOUR:SWE:POIN?",
        ":SOUR:SWE:POIN %d",
        """Control the number of frequencies (int from 2 to 65535).""",
        validator=within,
        values=(2, 65535),
        cast=int,
    )

    power_offset = Instrument.measurement(
        ":POW:OFFS?", """Get what is added to the power that is shown (dB)."""
    )
    frequency_multiplier = Instrument.measurement(
        ":FREQ:MULT?", """Get the factor between output and the frequency that is shown (float)."""
    )
    sweep_trigger = Instrument.measurement(":TRIG:SOUR?", """Get what starts a sweep (str).""", cast=str)
    point_trigger = Instrument.measurement(":LIST:TRIG:SOUR?", """Get what steps a sweep (str).""", cast=str)

    def __init__(self, adapter: Adapter | str, *, max_dbm: float = 25.0, **kwargs: Any):
        within(max_dbm, (-135, 25))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            super().__init__(adapter, read_termination="\n", write_termination="\n", **kwargs)
        self.power_values = (-135, max_dbm)

    def prepare_sweep(
        self, start_hz: float, stop_hz: float, points: int, dwell_s: float, power_dbm: float
    ) -> None:
        """Set a single step sweep; output on.

        The reset switches the output off and forgets the last user's power and frequency offsets, multiplier,
        triggers, list and power sweep (E8257D SCPI Command Reference E8251-90356, "*RST").
        """
        self.disable()
        self.write("*RST")
        self.disable_modulation_output()
        self.apply(start_frequency=start_hz, stop_frequency=stop_hz, step_points=points, dwell_time=dwell_s)
        self.apply(power=power_dbm)
        self.write(":INIT:CONT OFF")
        self.config_step_sweep()
        self.enable()
        self._confirm("is_enabled", wanted=True, found=self.read_back("is_enabled"))
        self.check_errors()

    def disable_modulation_output(self) -> None:
        """Leave the carrier unmodulated: here the field is modulated."""
        self.write(":OUTPUT:MOD OFF")

    def sweep(self) -> None:
        """Start one sweep; ``sweeping`` tells when it is over."""
        self._start(":SOUR:TSW")

    def sweeping(self) -> bool:
        """Tell whether the sweep still runs (operation complete, bit 0 of the event register)."""
        return self._still_running()

    def _make_safe(self) -> None:
        """Switch the microwaves off."""
        self.disable()
        self.write(":ABOR")
        self.running = False
        self._require_off(self.read_back("is_enabled"), "the microwave output")
