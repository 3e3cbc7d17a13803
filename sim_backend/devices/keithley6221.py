"""Keithley 6221 current source: direct current with compliance, and the sine of its waveform menu.

Dialect: Model 6220/6221 Reference Manual (622x-901-01).
"""

import numpy as np
from nado_lab.sim_backend.scpi import ScpiDevice, ScpiError, boolean, choice, command, number


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
        choice("[SOURce:]WAVE:FUNCtion", "wave", "SIN", "SINusoid SQUare RAMP ARB0 ARB1 ARB2 ARB3 ARB4"),
        number("[SOURce:]WAVE:FREQuency", "wave_hz", 1e3, 1e-3, 1e5),
        number("[SOURce:]WAVE:AMPLitude", "wave_peak", 1e-3, 2e-12, 0.105),
        number("[SOURce:]WAVE:OFFSet", "wave_offset", 0.0, -0.105, 0.105),
        number("[SOURce:]WAVE:DURation:TIME", "wave_s", float("inf"), 1e-7, float("inf")),
        choice("[SOURce:]WAVE:RANGing", "wave_ranging", "BEST", "BEST FIXed"),
    )

    def __init__(self, clock, load_ohms: float = 0.0):
        super().__init__(clock)
        self.load_ohms = load_ohms
        self.armed = False
        self.wave_start: float | None = None

    def reset(self) -> None:
        """Forget settings and the wave."""
        super().reset()
        self.armed, self.wave_start = False, None

    def amperes(self, times: np.ndarray | float = 0.0) -> np.ndarray | float:
        """Return the current through the sample in A, at times in s where a wave is put out."""
        if not self.get("output"):
            return 0.0
        if self.wave_start is None:
            return float(self.get("current"))
        since = np.asarray(times) - self.wave_start
        wave = self.get("wave_peak") * np.sin(2 * np.pi * self.get("wave_hz") * since)
        return np.where((since >= 0) & (since < self.get("wave_s")), self.get("wave_offset") + wave, 0.0)

    def changed(self, name: str, suffix: tuple[int, ...]) -> None:
        """End a wave where the output goes off."""
        if name == "output" and not self.get("output"):
            self.armed, self.wave_start = False, None

    @command("[SOURce:]WAVE:ARM[:IMMediate]")
    def _arm(self) -> None:
        if self.get("wave") != "SIN":
            raise ScpiError(-221, "Settings conflict; only sines are simulated")
        self.armed = True

    @command("[SOURce:]WAVE:INITiate[:IMMediate]")
    def _initiate(self) -> None:
        if not self.armed:
            raise ScpiError(-221, "Settings conflict; wave is not armed")
        self.values["output", ()], self.wave_start = True, self.clock.now()

    @command("[SOURce:]WAVE:ABORt")
    def _abort(self) -> None:
        self.armed, self.wave_start = False, None
        self.values["output", ()] = False

    @command("[SOURce:]CLEar[:IMMediate]")
    def _clear_source(self) -> None:
        self.values["output", ()] = False
        self.values["current", ()] = 0.0
