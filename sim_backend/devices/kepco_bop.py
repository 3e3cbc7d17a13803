"""Kepco BOP bipolar supply with the BIT 4886 interface: current mode, set by the bus and by analogue input.

Dialect: Kepco BIT 4886 operator manual. ``FUNC:MODE?`` answers 0 for voltage and 1 for current.
"""

import math

import numpy as np
from nado_lab.sim_backend.scpi import StatusRegisters, boolean, choice, command, number, text

_DIGITS = 4
_CURRENT_DECIMALS, _VOLTAGE_DECIMALS = 5, 4
"""Decimals of a BOP 36-12's readings, as recorded: 4.99E-3 A, 9.989E-2 A, 8.0E-3 V, 1.000E-1 V (PyMeasure,
tests/instruments/kepco/test_kepcobop.py)."""

_READ_AT_REST_A = 4.99e-3
"""What a healthy 36-12 was recorded to read with its output off (same file)."""


def _printed(value: float, decimals: int) -> str:
    """Print a number as the BIT 4886 does: up to four digits, none below its step, a short exponent."""
    rounded = round(value, decimals)
    exponent = math.floor(math.log10(abs(rounded))) if rounded else 0
    digits = max(1, min(_DIGITS - 1, decimals + exponent))
    mantissa, _, power = f"{rounded:.{digits}E}".partition("E")
    return f"{mantissa}E{int(power)}"


def _amperes(value: float) -> str:
    return _printed(value, _CURRENT_DECIMALS)


def _volts(value: float) -> str:
    return _printed(value, _VOLTAGE_DECIMALS)


class KepcoBOP(StatusRegisters):
    """Drive a coil with setpoint + gain x analogue input, within the ratings and the compliance voltage."""

    identity = "KEPCO,BIT 4886 36-12  08-04-2023,A000001,4.04-1.82"
    reply_s = 0.003
    faults = StatusRegisters.faults | {"stuck", "overtemperature"}
    timeless = StatusRegisters.timeless | {b"STATUS:QUESTIONABLE:CONDITION?", b"STAT:QUES:COND?"}
    maximum_amperes = 12.0
    maximum_volts = 36.0
    input_volts = 10.0
    settings = (
        boolean("OUTPut[:STATe]", "output"),
        number("[SOURce:]CURRent[:LEVel][:IMMediate][:AMPLitude]", "current", 0.0, -12.0, 12.0, _amperes),
        number("[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]", "voltage", 0.0, -36.0, 36.0, _volts),
        number("[SOURce:]CURRent:RANGe", "current_range", 1, 1, 4, "{:.0f}".format),
        number("[SOURce:]VOLTage:RANGe", "voltage_range", 1, 1, 4, "{:.0f}".format),
        text("SYSTem:PASSword", "password", quoted=False),
        choice(
            "[SOURce:]FUNCtion:MODE", "mode", "VOLT", "VOLTage CURRent", lambda mode: str(int(mode == "CURR"))
        ),
    )

    def __init__(self, clock, world, axis: int, coil_ohms: float = 1.0):
        super().__init__(clock)
        self.world = world
        self.axis = axis
        self.coil_ohms = coil_ohms
        self.over_temperature = False
        self.stuck_amperes: float | None = None

    def recover(self) -> None:
        """Cool down and let go."""
        super().recover()
        self.over_temperature, self.stuck_amperes = False, None

    @property
    def gain(self) -> float:
        """Amperes per volt of the analogue programming input."""
        return self.maximum_amperes / self.input_volts

    def powered(self) -> bool:
        """Tell whether current may flow: output on and no protection tripped."""
        return bool(self.get("output")) and not self.over_temperature

    def amperes(self, volts: np.ndarray) -> np.ndarray:
        """Return the coil current in A for analogue inputs in V."""
        if self.stuck_amperes is not None and self.powered():
            return np.full(np.shape(volts), self.stuck_amperes)
        if not self.powered() or self.get("mode") != "CURR":
            return np.zeros(np.shape(volts))
        limit = min(self.maximum_amperes, abs(self.get("voltage")) / self.coil_ohms)
        return np.clip(self.get("current") + self.gain * np.asarray(volts), -limit, limit)

    @command("MEASure[:SCALar]:CURRent[:DC]?")
    def _measure_current(self) -> str:
        return _amperes(self.world.amperes()[self.axis] + _READ_AT_REST_A)

    @command("MEASure[:SCALar]:VOLTage[:DC]?")
    def _measure_voltage(self) -> str:
        return _volts(self.world.amperes()[self.axis] * self.coil_ohms)

    def condition(self, register: str) -> int:
        """Say in the questionable register whether the supply is too hot (bit 4)."""
        return 16 * self.over_temperature if register == "QUES" else 0

    @command("DIAGnostic:TST?")
    def _test_supply(self) -> str:
        return "0"

    @command("SYSTem:BEEP", "SYSTem:REMote", "SYSTem:SET", "*TRG")
    def _accept(self, *arguments: bytes) -> None:
        """Accept: none of these changes what the bench simulates."""

    @command("*OPT?")
    def _options(self) -> str:
        return "0"

    @command("SYSTem:VERSion?")
    def _version(self) -> str:
        return "1997.0"
