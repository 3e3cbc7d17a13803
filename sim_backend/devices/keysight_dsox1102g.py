"""Keysight DSOX1204G oscilloscope: one acquisition from the external trigger on, read back as words.

Dialect: Programmer's Guides of the InfiniiVision series (1000 X; DSOX1204 p. 638 for the blocks ``#8``,
4000 X p. 1243 for holes and clipping). The converter spans 1.287 screens, as of the preamble in PyMeasure's
tests.
"""

import numpy as np
from nado_lab.sim_backend.acquisition import Acquisition
from nado_lab.sim_backend.scpi import ScpiDevice, boolean, choice, command, make_block, number
from nado_lab.sim_backend.scpi.errors import settings_conflict

_SPAN = 1.287
_WORDS = 2**16
_BITS = {"NORM": 8, "PEAK": 8, "AVER": 12, "HRES": 12}
_TYPES = ("NORM", "PEAK", "AVER", "HRES")
_FORMATS = {"BYTE": 0, "WORD": 1, "ASC": 4}
_RUN = 8
_CHANNELS = 4


def _show(value: float) -> str:
    return f"{value:+.5E}"


class KeysightDSOX1102G(ScpiDevice):
    """Record the volts of contact pairs: input 1 sees the contact that the bench names, input 2 the next."""

    identity = "KEYSIGHT TECHNOLOGIES,DSOX1204G,CN61367122,02.11.2020062221"
    faults = ScpiDevice.faults | {"overload"}
    settings = (
        boolean("CHANnel#:DISPlay", "display", default=True),
        boolean("CHANnel#:INVert", "invert"),
        boolean("CHANnel#:BWLimit", "filter"),
        choice("CHANnel#:COUPling", "coupling", "DC", "AC DC"),
        number("CHANnel#:RANGe", "range", 40.0, 8e-3, 40.0, _show),
        number("CHANnel#:OFFSet", "offset", 0.0, -20.0, 20.0, _show),
        number("CHANnel#:PROBe", "probe", 10.0, 0.1, 1e4, _show),
        choice("TIMebase:MODE", "timebase", "MAIN", "MAIN WINDow XY ROLL"),
        choice("TIMebase:REFerence", "reference", "CENT", "LEFT CENTer RIGHt"),
        number("TIMebase:RANGe", "span", 1e-3, 5e-8, 500.0, _show),
        number("TIMebase:POSition", "position", 0.0, -500.0, 500.0, _show),
        choice("ACQuire:TYPE", "type", "NORM", "NORMal PEAK AVERage HRESolution"),
        choice("ACQuire:MODE", "mode", "RTIM", "RTIMe SEGMented"),
        choice("TRIGger:MODE", "trigger", "EDGE", "EDGE GLITch PATTern TV"),
        choice("TRIGger[:EDGE]:SOURce", "trigger_source", "CHAN1", "CHANnel1 CHANnel2 EXTernal LINE"),
        choice("TRIGger[:EDGE]:SLOPe", "slope", "POS", "POSitive NEGative EITHer ALTernate"),
        number("TRIGger[:EDGE]:LEVel", "level", 0.0, -20.0, 20.0, _show),
        choice("TRIGger:SWEep", "sweep", "AUTO", "AUTO NORMal"),
        choice("WAVeform:SOURce", "source", "CHAN1", "CHANnel1 CHANnel2 CHANnel3 CHANnel4"),
        choice("WAVeform:FORMat", "format", "BYTE", "BYTE WORD ASCii"),
        choice("WAVeform:BYTeorder", "order", "MSBF", "LSBFirst MSBFirst"),
        boolean("WAVeform:UNSigned", "unsigned", default=True),
        choice("WAVeform:POINts:MODE", "points_mode", "NORM", "NORMal MAXimum RAW"),
        number("WAVeform:POINts", "points", 1000, 100, 62_500, "{:+.0f}".format),
    )

    def __init__(self, clock, world, contact: int):
        super().__init__(clock)
        self.world, self.contact = world, contact
        self._start()

    def _start(self) -> None:
        self.armed = self.arm_event = False
        self.acquisitions: tuple[Acquisition, ...] = ()
        self.taken_span = 0.0

    def reset(self) -> None:
        """Forget settings and waveforms."""
        super().reset()
        self._stop()
        self._start()

    def changed(self, name: str, suffix: tuple[int, ...]) -> None:
        """Let the range follow the probe, as on the screen."""
        if name == "probe":
            self.values["range", suffix] = 4.0 * self.get("probe", *suffix)

    def external_trigger(self, time_s: float) -> None:
        """Start to record if an acquisition waits for the external edge."""
        if not self.armed or self.get("trigger_source") != "EXT":
            return
        self.armed = False
        self.taken_span = self.get("span")
        points = int(self.get("points"))
        rate, start = points / self.taken_span, time_s + self.get("position") - self.taken_span / 2
        contacts = range(self.contact, self.contact + _CHANNELS)
        seen = [each for each in contacts if each < self._contact_count()]
        self.acquisitions = tuple(self.world.acquire(start, rate, points, each) for each in seen)

    def _contact_count(self) -> int:
        return getattr(self.world, "contacts", self.contact + 1)

    def busy_until(self) -> float:
        """Return when the running acquisition ends."""
        running = [each.end_s for each in self.acquisitions if each.running]
        return max(running, default=0.0)

    # -- acquisition ---------------------------------------------------------------------------

    @command("SINGle")
    def _single(self) -> None:
        self._stop()
        self.acquisitions, self.armed, self.arm_event = (), True, True

    @command("STOP")
    def _stop(self) -> None:
        self.armed = False
        for acquisition in self.acquisitions:
            self.world.forget(acquisition)

    @command("AER?")
    def _arm_event(self) -> str:
        event, self.arm_event = self.arm_event, False
        return f"{int(event):+d}"

    @command("OPERegister:CONDition?")
    def _condition(self) -> str:
        running = self.armed or any(each.running for each in self.acquisitions)
        return f"{_RUN * running:+d}"

    # -- waveform ------------------------------------------------------------------------------

    @command("WAVeform:PREamble?")
    def _preamble(self) -> str:
        step_v, reference = self._scale()
        points = len(self._volts())
        step_s = self.taken_span / max(1, points)
        origin = self.get("position") - self.taken_span / 2
        kinds = f"{_FORMATS[self.get('format')]:+d},{_TYPES.index(self.get('type')):+d}"
        times = f"{step_s:+.8E},{origin:+.8E},+0"
        return f"{kinds},{points:+d},+1,{times},{step_v:+.8E},{self._offset():+.5E},{reference:+d}"

    @command("WAVeform:DATA?")
    def _data(self) -> bytes:
        volts = self._volts()
        step_v, reference = self._scale()
        coarse = _WORDS // 2 ** _BITS[self.get("type")]
        codes = np.round((volts - self._offset()) / step_v / coarse) * coarse + reference
        words = np.where(codes < 1, 1, np.where(codes > _WORDS - 1, _WORDS - 1, codes))
        if self.overloaded:
            words[:] = _WORDS - 1
        if self.get("format") == "ASC":
            text = ",".join(f"{(word - reference) * step_v + self._offset():+.5E}" for word in words)
            return make_block(text.encode(), 8)
        if self.get("format") == "BYTE":
            return make_block((words // 256).astype("u1").tobytes(), 8)
        kind = "<u2" if self.get("order") == "LSBF" else ">u2"
        return make_block(words.astype(kind).tobytes(), 8)

    def _scale(self) -> tuple[float, int]:
        """Return volts a code of 16 bits, and the code of the centre."""
        return _SPAN * self.get("range", self._input()) / _WORDS, _WORDS // 2

    def _offset(self) -> float:
        return self.get("offset", self._input())

    def _input(self) -> int:
        return int(self.get("source")[-1])

    def _volts(self) -> np.ndarray:
        """Return what the chosen input has recorded, or refuse where that is nothing."""
        index = self._input() - 1
        if index >= len(self.acquisitions) or self.acquisitions[index].running:
            raise settings_conflict("no waveform was acquired")
        return self.acquisitions[index].volts
