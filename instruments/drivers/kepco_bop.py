"""Kepco BOP bipolar supply as a coil driver: PyMeasure's, with limits that raise and a real shutdown."""

from typing import Any, ClassVar

import numpy as np
from nado_lab.instruments.drivers.base import SafeDriver
from nado_lab.instruments.drivers.reading import checked
from nado_lab.instruments.errors import LimitError, StuckOutputError
from nado_lab.instruments.limits import positive, within
from pymeasure.adapters import Adapter
from pymeasure.instruments import Instrument
from pymeasure.instruments.kepco import KepcoBOP3612

_PROTECTIONS = 8 + 16
"""Bit 4 is over-temperature in SCPI-99 (volume 1, 9.4) and in Kepco's EL manual (243-1295, 3.13.7.3); the
manuals of sister models give it the weight 8. Either is a protection that acts; the BIT 4886's own table was
not seen."""
_RAMP_STEPS = 40
_FASTEST = 1e6
_LONGEST_S = 3600.0
_MOST_AMPERES, _MOST_VOLTS = 12.0, 36.0
_STEP = 2**-12
"""Share of the rating by which a setpoint may read back otherwise: of 36-12s 0.1 A was recorded as 9.989E-2
(PyMeasure, tests/instruments/kepco/test_kepcobop.py)."""
_DEAD_AMPERES = 2e-3 * _MOST_AMPERES
"""With its output off a 36-12 was recorded to read 4.99 mA (same file); a current that flows is far above."""
_DECAY_S, _MEAN_S = 0.1, 0.4
"""A reading is the mean of the last 16 conversions, valid 320 ms after a change (BIT 4886 manual, 1.2.1): one
that is too large a moment after the output went off is taken again."""


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

    reads_at_rest_a: ClassVar = _DEAD_AMPERES
    """What may be read where no current flows, in A."""
    resolutions: ClassVar = {
        "current_setpoint": _STEP * _MOST_AMPERES,
        "voltage_setpoint": _STEP * _MOST_VOLTS,
    }

    current_setpoint = Instrument.control(
        "CURRent?",
        "CURRent %g",
        """Control the current setpoint in A (float, strictly within the limits).""",
        validator=within,
        values=(-_MOST_AMPERES, _MOST_AMPERES),
        dynamic=True,
    )
    voltage_setpoint = Instrument.control(
        "VOLTage?",
        "VOLTage %g",
        """Control the compliance voltage in V (float, strictly within the limits).""",
        validator=within,
        values=(-_MOST_VOLTS, _MOST_VOLTS),
        dynamic=True,
    )
    questionable = Instrument.measurement(
        "STATus:QUEStionable:CONDition?",
        """Get the questionable condition register; bits 3 and 4 are protections that act.""",
        cast=int,
    )

    def __init__(
        self,
        adapter: Adapter | str,
        *,
        max_amperes: float = _MOST_AMPERES,
        max_volts: float = _MOST_VOLTS,
        slew_amperes_per_s: float = 50.0,
        **kwargs: Any,
    ):
        positive("max_amperes", max_amperes, _MOST_AMPERES)
        positive("max_volts", max_volts, _MOST_VOLTS)
        positive("slew_amperes_per_s", slew_amperes_per_s, _FASTEST)
        if max_amperes / slew_amperes_per_s > _LONGEST_S:
            raise LimitError(
                f"slew_amperes_per_s = {slew_amperes_per_s:g} would take more than an hour to "
                f"{max_amperes:g} A, and as long to make it safe"
            )
        super().__init__(adapter, **kwargs)
        self._slew = slew_amperes_per_s
        self._most_amperes, self._most_volts = max_amperes, max_volts
        self._compliance = max_volts
        self._live = True
        self.current_setpoint_values = (-max_amperes, max_amperes)
        self.voltage_setpoint_values = (-max_volts, max_volts)

    def identify(self) -> str:
        """Return the identity; over RS-232 the front panel gives way only when told (manual, B.87)."""
        found = super().identify()
        if self.connected_by("ASRL"):
            self.write("SYST:REM 1")
            self.check_errors()
        return found

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
        return checked(self.name, float(self.read_back("current")), "the current")

    def interlock_closed(self) -> bool:
        """Tell whether no protection, over-temperature above all, has tripped."""
        return not int(self.read_back("questionable")) & _PROTECTIONS

    def _make_safe(self) -> None:
        """Take the current to zero within the slew limit, whatever drives it, then open the output.

        All of it is sent without asking, so that a supply that no longer answers obeys none the less.
        """
        if self._live:
            self._close_compliance()
            self.current_setpoint = 0.0
        self.output_enabled = False
        self._live = False
        for wait_s in (_DECAY_S, _MEAN_S):
            self.clock.sleep(wait_s)
            if abs(self.measured_amperes()) <= _DEAD_AMPERES:
                return
        raise StuckOutputError(f"{self.name}: current flows with the output off; switch it off by hand")

    def _close_compliance(self) -> None:
        """Lower the compliance voltage to zero: the current follows even where its setpoint does not."""
        for value in np.linspace(self._compliance, 0.0, _RAMP_STEPS + 1)[1:]:
            self.voltage_setpoint = round(float(value), 6)
            self.clock.sleep(self._most_amperes / self._slew / _RAMP_STEPS)
