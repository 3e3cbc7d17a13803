"""Keithley DMM6500 as a digitiser: trigger model, external trigger, reading buffer read back in binary.

Dialect: Model DMM6500 Reference Manual (DMM6500-901-01), SCPI command set. A block of readings states no
length: ``#0``, the readings, a newline.
"""

import numpy as np
from nado_lab.sim_backend.acquisition import Acquisition
from nado_lab.sim_backend.devices.dmm6500_settings import FUNCTIONS, SETTINGS, show
from nado_lab.sim_backend.scpi import (
    ScpiDevice,
    ScpiError,
    boolean,
    choice,
    command,
    number,
    text,
    text_of,
)
from nado_lab.sim_backend.scpi.errors import illegal_value, out_of_range, settings_conflict

_RANGES = (0.1, 1.0, 10.0, 100.0, 1000.0)
_OVERFLOW = 9.9e37


class KeithleyDMM6500(ScpiDevice):
    """Digitise the voltage of one contact pair from an external trigger on."""

    identity = "KEITHLEY INSTRUMENTS,MODEL DMM6500,04340001,1.7.12b"
    settings = (
        text("*LANG", "language", "SCPI", quoted=False),
        text("[SENSe:]DIGitize:FUNCtion", "digitise", "NONE"),
        number("[SENSe:]DIGitize:VOLTage:SRATe", "rate", 1e6, 1e3, 1e6, "{:.0f}".format),
        number("[SENSe:]DIGitize:VOLTage:RANGe[:UPPer]", "range", 10.0, 1e-4, 1000.0, show),
        text("[SENSe:]DIGitize:VOLTage:APERture", "aperture", "AUTO", quoted=False),
        number("[SENSe:]DIGitize:COUNt", "count", 1, 1, 55e6, "{:.0f}".format),
        choice("FORMat[:DATA]", "format", "ASC", "ASCii REAL SREal"),
        choice("FORMat:BORDer", "byte_order", "SWAP", "NORMal SWAPped"),
        choice("TRIGger:EXTernal:IN:EDGE", "edge", "FALL", "RISing FALLing EITHer"),
        boolean("TRIGger:CONTinuous", "continuous"),
        *SETTINGS,
    )
    faults = ScpiDevice.faults | {"overload"}
    buffer_limit = 7_000_000

    def __init__(self, clock, world, contact: int):
        super().__init__(clock)
        self.world = world
        self.contact = contact
        self.capacity = 100_000
        self.function = "VOLT:DC"
        self.blocks: dict[int, tuple[str, ...]] = {}
        self.armed = False
        self.acquisition: Acquisition | None = None

    def reset(self) -> None:
        """Forget settings, trigger model and readings."""
        super().reset()
        self.capacity, self.blocks, self.armed, self.acquisition = 100_000, {}, False, None
        self.function = "VOLT:DC"

    def changed(self, name: str, suffix: tuple[int, ...]) -> None:
        """Round the range up to one the instrument has."""
        if name == "range":
            self.values["range", ()] = next(r for r in _RANGES if self.get("range") <= r)

    # -- meter -------------------------------------------------------------------------------

    @command("[SENSe:]FUNCtion[:ON]")
    def _set_function(self, name: bytes) -> None:
        given = text_of(name).upper()
        whole = given if given in FUNCTIONS else f"{given}:DC"
        known = whole if whole in FUNCTIONS else f"{given}:VOLT"
        if known not in FUNCTIONS:
            raise illegal_value(given)
        self.function = known

    @command("[SENSe:]FUNCtion[:ON]?")
    def _get_function(self) -> str:
        return self.function

    @command("READ?", "FETCh?", "MEASure?")
    def _read(self, name: bytes = b"defbuffer1", *elements: bytes) -> str:
        volts = self.world.volts_now(self.contact)
        reading = volts if self.function == "VOLT:DC" else 0.0
        return f"{_OVERFLOW if self.overloaded else reading:.6E}"

    @command(*(f"[SENSe:]{header}:RELative:ACQuire" for header in FUNCTIONS.values()))
    def _acquire_relative(self) -> None:
        name = f"{self.function.lower()} relative"
        self.values[name, ()] = float(self._read())

    @command("[SENSe:]AZERo:ONCE", "SYSTem:BEEPer", "DISPlay:CLEar", "SYSTem:TIME", "*TRG")
    def _accept(self, *arguments: bytes) -> None:
        """Accept: none of these changes what the bench simulates."""

    @command("SYSTem:TIME?")
    def _time(self, form: bytes = b"0") -> str:
        return "Thu Jan  1 00:00:00 1970" if form == b"1" else "0"

    @command("SYSTem:LFRequency?")
    def _line_frequency(self) -> str:
        return "50"

    @command("ROUTe:TERMinals?")
    def _terminals(self) -> str:
        return "REAR"

    @command("SYSTem:CARD1:IDN?")
    def _card(self) -> str:
        return "Empty Slot"

    @command("SYSTem:CARD1:VCHannel:STARt?", "SYSTem:CARD1:VCHannel:END?", "SYSTem:CARD1:VMAX?")
    def _card_channels(self) -> str:
        return "0"

    # -- trigger model -----------------------------------------------------------------------

    @command("TRIGger:LOAD")
    def _load(self, name: bytes) -> None:
        if text_of(name).upper() != "EMPTY":
            raise illegal_value(text_of(name))
        self.blocks = {}

    @command("TRIGger:BLOCk:BUFFer:CLEar", "TRIGger:BLOCk:WAIT", "TRIGger:BLOCk:MDIGitize")
    def _block(self, number_: bytes, *arguments: bytes) -> None:
        self.blocks[int(number_)] = tuple(text_of(a).upper() for a in arguments)

    @command("TRIGger:EXTernal:IN:CLEar")
    def _clear_trigger(self) -> None:
        """Forget edges that came before; the model only counts those after INIT."""

    @command("INITiate[:IMMediate]")
    def _initiate(self) -> None:
        if self.state() in ("WAITING", "RUNNING"):
            raise ScpiError(-213, "Init ignored")
        if not self.blocks:
            raise settings_conflict("trigger model is empty")
        if self._points() > self.capacity:
            raise settings_conflict("reading buffer is too small")
        self.acquisition, self.armed = None, True

    @command("ABORt")
    def _abort(self) -> None:
        self.armed = False
        self.world.forget(self.acquisition)

    @command("TRIGger:STATe?")
    def _trigger_state(self) -> str:
        state = self.state()
        return f"{state};{state};{len(self.blocks)}"

    def external_trigger(self, time_s: float) -> None:
        """Start to digitise if the trigger model waits."""
        if not self.armed:
            return
        self.armed = False
        rate = self.get("rate")
        self.acquisition = self.world.acquire(time_s, rate, self._points(), self.contact)

    def state(self) -> str:
        """Return the state of the trigger model."""
        if self.armed:
            return "WAITING"
        running = self.acquisition is not None and self.acquisition.running
        return "RUNNING" if running else "IDLE"

    def busy_until(self) -> float:
        """Return when the running acquisition ends."""
        return self.acquisition.end_s if self.acquisition is not None and self.acquisition.running else 0.0

    def _points(self) -> int:
        last = self.blocks[max(self.blocks)]
        return int(float(last[1])) if len(last) > 1 else int(self.get("count"))

    # -- reading buffer ----------------------------------------------------------------------

    @command("TRACe:POINts")
    def _set_capacity(self, points: bytes, name: bytes = b"defbuffer1") -> None:
        if not 10 <= int(points) <= self.buffer_limit:
            raise out_of_range("TRACe:POINts")
        self.capacity = int(points)

    @command("TRACe:POINts?")
    def _get_capacity(self, name: bytes = b"defbuffer1") -> str:
        return str(self.capacity)

    @command("TRACe:CLEar")
    def _clear_buffer(self, name: bytes = b"defbuffer1") -> None:
        self.acquisition = None

    @command("TRACe:ACTual?")
    def _actual(self, name: bytes = b"defbuffer1") -> str:
        return str(0 if self.acquisition is None else self.acquisition.filled)

    @command("TRACe:ACTual:STARt?")
    def _first(self, name: bytes = b"defbuffer1") -> str:
        return str(int(bool(self.acquisition and self.acquisition.filled)))

    @command("TRACe:ACTual:END?")
    def _last(self, name: bytes = b"defbuffer1") -> str:
        return self._actual()

    @command("TRACe:DATA?")
    def _data(self, first: bytes, last: bytes, name: bytes = b"defbuffer1", *elements: bytes) -> bytes:
        start, stop = int(first) - 1, int(last)
        if self.acquisition is None or not 0 <= start < stop <= self.acquisition.filled:
            raise out_of_range("no such readings")
        return self._format(self._readings(self.acquisition)[start:stop])

    def _readings(self, acquisition: Acquisition) -> np.ndarray:
        """Return the readings in V as the converter gives them: quantised, overflow where out of range."""
        volts = acquisition.volts[: acquisition.filled]
        span = self.get("range")
        readings = np.round(volts * (2**19 / span)) * (span / 2**19)
        readings[(np.abs(volts) > 1.2 * span) | self.overloaded] = _OVERFLOW
        return readings

    def _format(self, readings: np.ndarray) -> bytes:
        kind = self.get("format")
        if kind == "ASC":
            return ",".join(f"{value:.6E}" for value in readings).encode()
        order = "<" if self.get("byte_order") == "SWAP" else ">"
        return b"#0" + readings.astype(order + ("f4" if kind == "SRE" else "f8")).tobytes()
