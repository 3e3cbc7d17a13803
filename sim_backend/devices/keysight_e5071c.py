"""Keysight E5071C (ENA) network analyser: single sweeps on a bus trigger, complex data of the first trace.

Dialect: E5071C Programmer's Guide and its SCPI command reference. The stimulus begins switched off.
"""

import numpy as np
from nado_lab.sim_backend.scpi import ScpiDevice, ScpiError, boolean, choice, command, make_block, number
from nado_lab.sim_backend.scpi.errors import settings_conflict

_OVERHEAD_S = 50e-6


class KeysightE5071C(ScpiDevice):
    """Measure the transmission of a waveguide with the sample on it."""

    identity = "Agilent Technologies,E5071C,MY46100000,A.09.60"
    settings = (
        boolean("OUTPut[:STATe]", "output"),
        number("SENSe#:FREQuency:STARt", "start", 300e3, 9e3, 20e9),
        number("SENSe#:FREQuency:STOP", "stop", 20e9, 9e3, 20e9),
        number("SENSe#:SWEep:POINts", "points", 201, 2, 20001, "{:.0f}".format),
        number("SENSe#:BANDwidth[:RESolution]", "bandwidth", 70e3, 10, 500e3),
        number("SOURce#:POWer[:LEVel]", "power", 0.0, -85, 10),
        choice("CALCulate#:PARameter#:DEFine", "parameter", "S11", "S11 S12 S21 S22"),
        choice("TRIGger[:SEQuence]:SOURce", "trigger", "INT", "INTernal EXTernal MANual BUS"),
        boolean("INITiate#:CONTinuous", "continuous", default=True),
        choice("FORMat:DATA", "format", "ASC", "ASCii REAL REAL32"),
        choice("FORMat:BORDer", "byte_order", "NORM", "NORMal SWAPped"),
    )

    def __init__(self, clock, world):
        super().__init__(clock)
        self.world = world
        self.end_s = 0.0
        self.values_of_sweep: np.ndarray | None = None

    def reset(self) -> None:
        """Forget settings and data."""
        super().reset()
        self.end_s, self.values_of_sweep = 0.0, None

    def busy_until(self) -> float:
        """Return when the sweep ends."""
        return self.end_s

    @command("CALCulate#:PARameter#:SELect")
    def _select(self, channel: int, trace: int) -> None:
        """Accept: there is one trace."""

    @command("SENSe#:SWEep:TIME?")
    def _sweep_time(self, channel: int) -> str:
        return f"{self._duration():+.11E}"

    @command("TRIGger[:SEQuence]:SINGle")
    def _single(self) -> None:
        if self.get("trigger") != "BUS" or not self.get("continuous", 1):
            raise ScpiError(-211, "Trigger ignored")
        if self.get("stop", 1) <= self.get("start", 1):
            raise settings_conflict("the grid runs downwards")
        self.end_s = self.clock.now() + self._duration()
        self.values_of_sweep = self._transmitted()

    @command("ABORt")
    def _abort(self) -> None:
        self.end_s = 0.0

    @command("CALCulate#[:SELected]:DATA:SDATa?")
    def _data(self, channel: int) -> bytes:
        values = self.values_of_sweep
        if values is None or self.clock.now() < self.end_s:
            raise ScpiError(-230, "Data corrupt or stale")
        pairs = values.view(np.float64)
        if self.get("format") == "ASC":
            return ",".join(f"{value:+.11E}" for value in pairs).encode()
        order = "<" if self.get("byte_order") == "SWAP" else ">"
        return make_block(pairs.astype(order + ("f8" if self.get("format") == "REAL" else "f4")).tobytes())

    def _duration(self) -> float:
        return int(self.get("points", 1)) * (1 / self.get("bandwidth", 1) + _OVERHEAD_S)

    def _transmitted(self) -> np.ndarray:
        """Return S21 (point,), or noise where nothing is sent or another parameter is asked for."""
        grid = np.linspace(self.get("start", 1), self.get("stop", 1), int(self.get("points", 1)))
        sent = self.get("output") and self.get("parameter", 1, 1) == "S21"
        return self.world.transmission(grid, self.get("bandwidth", 1), sent=bool(sent))
