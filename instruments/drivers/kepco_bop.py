"""Kepco BOP bipolar supply as a coil driver: PyMeasure's, with limits that raise and a real shutdown."""

from typing import Any, ClassVar

import numpy as np
from nado_lab.instruments.drivers.base import SafeDriver
from nado_lab.instruments.errors import StuckOutputError
from nado_lab.instruments.limits import positive, within
from pymeasure.adapters import Adapter
from pymeasure.instruments import Instrument
from pymeasure.instruments.kepco import KepcoBOP3612

_OVER_TEMPERATURE = 16
_RAMP_STEPS = 40
_FASTEST = 1e6
_DEAD_AMPERES = 2e-3
_DECAY_S = 0.1


class KepcoBOP(SafeDriver, KepcoBOP3612):
    """Drive a coil in current mode, from the bus or as an amplifier of the analogue input.

    PyMeasure clips 50 A to 12 A in silence and its shutdown sends nothing; both are mended here.
    """

    identity = r"KEPCO,"
    units: ClassVar = {
        "output_enabled": "",
        "operating_mode": "",
        "current_setpoint": "A",
        "voltage_setpoint": "V",
        "current": "A",
        "voltage": "V",
        "questionable": "",
    }

    current_setpoint = Instrument.control(
        "CURRent?",
        "CURRent %g",
        """Control the current setpoint in A (float, strictly within the limits).""",
        validator=within,
        values=(-12, 12),
        dynamic=True,
    )
    voltage_setpoint = Instrument.control(
        "VOLTage?",
        "VOLTage %g",
        """Control the compliance voltage in V (float, strictly within the limits).""",
        validator=within,
        values=(-36, 36),
        dynamic=True,
    )
    questionable = Instrument.measurement(
        "STATus:QUEStionable:CONDition?",
        """Get the questionable condition register; bit 4 is over-temperature.""",
        cast=int,
    )

    def __init__(
        self,
        adapter: Adapter | str,
        *,
        max_amperes: float = 12.0,
        max_volts: float = 36.0,
        slew_amperes_per_s: float = 50.0,
        **kwargs: Any,
    ):
        positive("max_amperes", max_amperes, 12)
        positive("max_volts", max_volts, 36)
        positive("slew_amperes_per_s", slew_amperes_per_s, _FASTEST)
        super().__init__(adapter, **kwargs)
        self._slew = slew_amperes_per_s
        self._most_amperes, self._most_volts = max_amperes, max_volts
        self._compliance = max_volts
        self._live = True
        self.current_setpoint_values = (-max_amperes, max_amperes)
        self.voltage_setpoint_values = (-max_volts, max_volts)

    @property
    def most_amperes(self) -> float:
        """Return the largest current in A that the limits allow."""
        return self._most_amperes

    @property
    def slew(self) -> float:
        """Return the fastest change of the current in A/s."""
        return self._slew

    @property
    def most_volts(self) -> float:
        """Return the largest compliance voltage in V that the limits allow."""
        return self._most_volts

    def prepare_amplifier(self, compliance_v: float) -> None:
        """Follow the analogue input in current mode, with no current of its own; output on."""
        within(compliance_v, (0, self._most_volts))
        self._live, self._compliance = True, compliance_v
        self.apply(operating_mode="CURR", current_setpoint=0.0, voltage_setpoint=compliance_v)
        self.apply(output_enabled=True)

    def ramp_to(self, amperes: float) -> None:
        """Move the setpoint to ``amperes`` within the slew limit; an output that is off goes on at 0 A."""
        within(amperes, (-self._most_amperes, self._most_amperes))
        if not self.read_back("output_enabled"):
            self.prepare_amplifier(self._most_volts)
        start = self.read_back("current_setpoint")
        seconds = abs(amperes - start) / self._slew
        for value in np.linspace(start, amperes, _RAMP_STEPS + 1)[1:] if seconds else ():
            self.current_setpoint = round(float(value), 9)
            self.clock.sleep(seconds / _RAMP_STEPS)
        self.check_errors()

    def measured_amperes(self) -> float:
        """Read the current in A that flows."""
        return float(self.read_back("current"))

    def interlock_closed(self) -> bool:
        """Tell whether the over-temperature protection has not tripped."""
        return not int(self.read_back("questionable")) & _OVER_TEMPERATURE

    def _make_safe(self) -> None:
        """Take the current to zero within the slew limit, whatever drives it, then open the output.

        All of it is sent without asking, so that a supply that no longer answers obeys none the less.
        """
        if self._live:
            self._close_compliance()
            self.current_setpoint = 0.0
        self.output_enabled = False
        self._live = False
        self.clock.sleep(_DECAY_S)
        if abs(self.measured_amperes()) > _DEAD_AMPERES:
            raise StuckOutputError(f"{self.name}: current flows with the output off; switch it off by hand")

    def _close_compliance(self) -> None:
        """Lower the compliance voltage to zero: the current follows even where its setpoint does not."""
        for value in np.linspace(self._compliance, 0.0, _RAMP_STEPS + 1)[1:]:
            self.voltage_setpoint = round(float(value), 6)
            self.clock.sleep(self._most_amperes / self._slew / _RAMP_STEPS)
