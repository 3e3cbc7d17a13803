"""Kepco BOP bipolar supply with the BIT 4886 interface: current mode, set by the bus and by analogue input.

Dialect: Kepco BIT 4886 operator manual. ``FUNC:MODE?`` answers 0 for voltage and 1 for current.
"""

import numpy as np
from nado_lab.sim_backend.scpi import ScpiDevice, boolean, choice, command, number

_SHOW = "{:.5E}".format


class KepcoBOP(ScpiDevice):
    """Drive a coil with setpoint + gain x analogue input, within the ratings and the compliance voltage."""

    identity = "KEPCO,BIT 4886 36-12 08/23/1999,A000001,1.8-1.8"
    reply_s = 0.003
    faults = ScpiDevice.faults | {"stuck", "overtemperature"}
    timeless = ScpiDevice.timeless | {b"STATUS:QUESTIONABLE:CONDITION?", b"STAT:QUES:COND?"}
    maximum_amperes = 12.0
    maximum_volts = 36.0
    input_volts = 10.0
    settings = (
        boolean("OUTPut[:STATe]", "output"),
        number("[SOURce:]CURRent[:LEVel][:IMMediate][:AMPLitude]", "current", 0.0, -12.0, 12.0, _SHOW),
        number("[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]", "voltage", 0.0, -36.0, 36.0, _SHOW),
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
        return _SHOW(self.world.amperes()[self.axis])

    @command("MEASure[:SCALar]:VOLTage[:DC]?")
    def _measure_voltage(self) -> str:
        return _SHOW(self.world.amperes()[self.axis] * self.coil_ohms)

    @command("STATus:QUEStionable:CONDition?")
    def _questionable(self) -> str:
        return str(16 * self.over_temperature)
