"""Keithley 6221 current source: direct current with compliance, and its waveform menu as far as it is set.

Dialect: Model 6220/6221 Reference Manual (622x-901-01).
"""

from ..scpi import ScpiDevice, boolean, command, number


class Keithley6221(ScpiDevice):
    """Source a direct current into the sample."""

    identity = "KEITHLEY INSTRUMENTS INC.,MODEL 6221,4012345,D03  /700x"
    reply_s = 0.002
    settings = (
        boolean("OUTPut[:STATe]", "output"),
        boolean("OUTPut:LTEarth", "low_to_earth"),
        number("[SOURce:]CURRent[:AMPLitude]", "current", 0.0, -0.105, 0.105),
        number("[SOURce:]CURRent:COMPliance", "compliance", 10.0, 0.1, 105.0),
        number("[SOURce:]CURRent:RANGe", "range", 0.1, -0.105, 0.105),
        boolean("[SOURce:]CURRent:RANGe:AUTO", "auto_range"),
        number("[SOURce:]DELay", "delay", 1.0, 1e-3, 999999.999),
    )

    def __init__(self, clock, load_ohms: float = 0.0):
        super().__init__(clock)
        self.load_ohms = load_ohms

    def amperes(self) -> float:
        """Return the current through the sample in A."""
        return float(self.get("current")) if self.get("output") else 0.0

    @command("[SOURce:]CLEar[:IMMediate]")
    def _clear_source(self) -> None:
        self.values["output", ()] = False
        self.values["current", ()] = 0.0
