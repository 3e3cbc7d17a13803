"""Keysight (Agilent) 8257D microwave source: step sweep over frequency with a trigger at every point.

Dialect: E8257D/67D SCPI Command Reference.
"""

import numpy as np
from nado_lab.sim_backend.scpi import ScpiDevice, ScpiError, boolean, choice, command, number


class Keysight8257D(ScpiDevice):
    """Step through frequencies on a single sweep; trigger out at the end of each dwell."""

    identity = "Agilent Technologies, E8257D, MY51111111, C.06.16"
    reply_s = 0.005
    settings = (
        boolean("OUTPut[:STATe]", "output"),
        boolean("OUTPut:MODulation[:STATe]", "modulation", default=True),
        number("[SOURce:]POWer[:LEVel]", "power", -20.0, -135, 25),
        number("[SOURce:]FREQuency[:CW]", "frequency", 20e9, 250e3, 20e9),
        number("[SOURce:]FREQuency:STARt", "start", 250e3, 250e3, 20e9),
        number("[SOURce:]FREQuency:STOP", "stop", 20e9, 250e3, 20e9),
        choice("[SOURce:]FREQuency:MODE", "mode", "CW", "CW FIXed LIST SWEep"),
        number("[SOURce:]SWEep:POINts", "points", 2, 2, 65535, "{:.0f}".format),
        number("[SOURce:]SWEep:DWELl#", "dwell", 2e-3, 1e-3, 60.0),
        choice("[SOURce:]SWEep:GENeration", "generation", "STEP", "ANALog STEPped STEP"),
        choice("[SOURce:]SWEep:MODE", "sweep_mode", "AUTO", "AUTO MANual"),
        boolean("INITiate:CONTinuous", "continuous", default=True),
    )

    def __init__(self, clock, world):
        super().__init__(clock)
        self.world = world
        self.sweep_start: float | None = None

    def reset(self) -> None:
        """Forget settings and the sweep."""
        super().reset()
        self.sweep_start = None

    @command("[SOURce:]TSWeep")
    def _single_sweep(self) -> None:
        if self.get("mode") not in ("SWE", "LIST"):
            raise ScpiError(-221, "Settings conflict; frequency mode is not SWEEP")
        self.sweep_start = self.clock.now()
        self.world.sweep_begins(self.sweep_start)

    @command("ABORt")
    def _abort(self) -> None:
        self.sweep_start = None

    def frequencies_hz(self) -> np.ndarray:
        """Return the frequencies (channel,) of the sweep in Hz."""
        return np.linspace(self.get("start"), self.get("stop"), int(self.get("points")))

    def dwell_s(self) -> float:
        """Return the time at each frequency in s."""
        return self.get("dwell", 1)

    def busy_until(self) -> float:
        """Return when the sweep ends."""
        if self.sweep_start is None:
            return 0.0
        return self.sweep_start + int(self.get("points")) * self.dwell_s()
