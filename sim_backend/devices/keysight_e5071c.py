"""Keysight E5071C (ENA) network analyser: single sweeps on a bus trigger, complex data of the first trace.

Dialect: E5071C Programmer's Guide and its SCPI command reference. The stimulus begins switched off,
where a real one is on after a preset. A block states its length in six digits and is followed by a newline
(PyMeasure, tests/instruments/agilent/test_agilentE5062A.py).
"""

import numpy as np
from nado_lab.sim_backend.scpi import (
    ScpiDevice,
    ScpiError,
    Setting,
    boolean,
    choice,
    command,
    make_block,
    number,
    number_of,
)
from nado_lab.sim_backend.scpi.errors import illegal_value, settings_conflict

_OVERHEAD_S = 50e-6
_LENGTH_DIGITS = 6
_INTEGER = "{:.0f}".format
_LAYOUTS = "D1 D12 D1_2 D112 D1_1_2 D123 D1_2_3 D12_33 D11_23 D13_23 D12_13 D1234 D1_2_3_4 D12_34"
_FORMATS = (
    "MLOGarithmic PHASe GDELay SLINear SLOGarithmic SCOMplex SMITh SADMittance PLINear PLOGarithmic POLar "
    "MLINear SWR REAL IMAGinary UPHase PPHase"
)
_PAIRS = ("SLIN", "SLOG", "SCOM", "SMIT", "SADM", "PLIN", "PLOG", "POL")


def _layout(header: str, name: str) -> Setting:
    """Declare an arrangement of windows, whose words hold digits and underscores."""

    def parse(argument: bytes) -> str:
        if argument.decode("latin-1").upper() not in _LAYOUTS.split():
            raise illegal_value(argument.decode("latin-1"))
        return argument.decode("latin-1").upper()

    return Setting(header, name, "D1", parse, str)


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
        boolean("SOURce#:POWer[:LEVel]:SLOPe:STATe", "power_slope"),
        number("SOURce#:POWer:ATTenuation", "attenuation", 0, 0, 40, _INTEGER),
        choice("SENSe#:SWEep:TYPE", "sweep_type", "LIN", "LINear LOGarithmic SEGMent POWer"),
        boolean("SENSe#:SWEep:TIME:AUTO", "sweep_time_auto", default=True),
        boolean("SENSe#:AVERage[:STATe]", "averaging"),
        number("SENSe#:AVERage:COUNt", "averages", 16, 1, 999, _INTEGER),
        boolean("CALCulate#[:SELected]:SMOothing[:STATe]", "smoothing"),
        choice("CALCulate#[:SELected]:FORMat", "trace_format", "MLOG", _FORMATS),
        number("CALCulate#:PARameter:COUNt", "traces", 1, 1, 16, _INTEGER),
        _layout("DISPlay:SPLit", "layout"),
        _layout("DISPlay:WINDow#:SPLit", "trace_layout"),
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
        self.sweep_s: dict[int, float] = {}
        self.initiated = False
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
        return f"{self._duration(channel):+.11E}"

    @command("SENSe#:SWEep:TIME")
    def _set_sweep_time(self, channel: int, seconds: bytes) -> None:
        self.values["sweep_time_auto", (channel,)] = False
        self.sweep_s[channel] = number_of(seconds)

    @command("TRIGger[:SEQuence]:SINGle", "TRIGger[:SEQuence][:IMMediate]", "*TRG")
    def _single(self) -> None:
        if self.get("trigger") != "BUS" or not (self.get("continuous", 1) or self.initiated):
            raise ScpiError(-211, "Trigger ignored")
        if self.get("stop", 1) <= self.get("start", 1):
            raise settings_conflict("the grid runs downwards")
        self.initiated = False
        self.end_s = self.clock.now() + self._duration(1)
        self.values_of_sweep = self._transmitted()

    @command("INITiate#[:IMMediate]")
    def _initiate(self, channel: int) -> None:
        self.initiated = True

    @command("SENSe#:AVERage:CLEar", "DISPlay:WINDow#:ACTivate")
    def _accept(self, channel: int) -> None:
        """Accept: neither changes what the bench simulates."""

    @command("*OPT?")
    def _options(self) -> str:
        return "480,1E5"

    @command("ABORt")
    def _abort(self) -> None:
        self.end_s = 0.0

    @command("CALCulate#[:SELected]:DATA:SDATa?")
    def _data(self, channel: int) -> bytes:
        return self._block(self._swept().view(np.float64))

    @command("CALCulate#[:SELected]:DATA:FDATa?")
    def _formatted(self, channel: int) -> bytes:
        """Answer two values a point; the second is zero where a format has one."""
        values, shown = self._swept(), self.get("trace_format", channel)
        pairs = np.zeros((len(values), 2))
        if shown in _PAIRS:
            pairs = np.ascontiguousarray(values).view(np.float64).reshape(-1, 2)
        else:
            pairs[:, 0] = _one_number(values, shown)
        return self._block(pairs.ravel())

    @command("SENSe#:FREQuency:DATA?")
    def _frequencies(self, channel: int) -> bytes:
        return self._block(self._grid(channel))

    def _swept(self) -> np.ndarray:
        """Return what the last sweep saw; an analyser that triggers itself has always swept."""
        if self.values_of_sweep is None and self.get("trigger") == "INT":
            self.values_of_sweep = self._transmitted()
        if self.values_of_sweep is None or self.clock.now() < self.end_s:
            raise ScpiError(-230, "Data corrupt or stale")
        return self.values_of_sweep

    def _block(self, numbers: np.ndarray) -> bytes:
        if self.get("format") == "ASC":
            return ",".join(f"{value:+.11E}" for value in numbers).encode()
        order = "<" if self.get("byte_order") == "SWAP" else ">"
        data = numbers.astype(order + ("f8" if self.get("format") == "REAL" else "f4")).tobytes()
        return make_block(data, _LENGTH_DIGITS)

    def _grid(self, channel: int) -> np.ndarray:
        start, stop = self.get("start", channel), self.get("stop", channel)
        return np.linspace(start, stop, int(self.get("points", channel)))

    def _duration(self, channel: int) -> float:
        fastest = int(self.get("points", channel)) * (1 / self.get("bandwidth", channel) + _OVERHEAD_S)
        if self.get("sweep_time_auto", channel):
            return fastest
        return max(self.sweep_s.get(channel, fastest), fastest)

    def _transmitted(self) -> np.ndarray:
        """Return S21 (point,), or noise where nothing is sent or another parameter is asked for."""
        sent = self.get("output") and self.get("parameter", 1, 1) == "S21"
        return self.world.transmission(self._grid(1), self.get("bandwidth", 1), sent=bool(sent))


def _one_number(values: np.ndarray, shown: str) -> np.ndarray:
    """Return the values (point,) as a format of one number shows them."""
    ways = {
        "PHAS": np.angle(values, deg=True),
        "REAL": np.real(values),
        "IMAG": np.imag(values),
        "MLIN": np.abs(values),
    }
    return ways[shown] if shown in ways else 20 * np.log10(np.maximum(np.abs(values), 1e-12))
