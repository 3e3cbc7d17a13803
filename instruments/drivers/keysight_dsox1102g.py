"""Keysight InfiniiVision 1000 X-Series oscilloscope as a digitiser: PyMeasure's driver with binary waveforms.

Orders and replies: Programmer's Guides of the InfiniiVision series (1000 X, DSOX1204 p. 638, 4000 X p. 1243);
the sequence :STOP, :AER?, :SINGle, :AER?, :OPERegister:CONDition? is the guides' own for one acquisition.
"""

from typing import Any, ClassVar

import numpy as np
from nado_lab.instruments.drivers.keysight_dsox1102g_quantities import POINTS, DSOX1102GQuantities
from nado_lab.instruments.drivers.one_channel import OneChannel
from nado_lab.instruments.errors import InstrumentTimeout, LimitError, OverloadError, ReplyError
from nado_lab.instruments.limits import check_all, within
from pymeasure.adapters import Adapter

_RUN = 8
"""Bit 3 of the operation condition register: an acquisition runs (1000 X guide, "Status Reporting")."""
_POLLS, _PATIENCE_S = 100, 2.0
_HOLE, _LOW, _HIGH = 0, 0x01FF, 0xFF00
"""0 is a hole, 0x0001 clipped low, 0xFFFF clipped high (4000 X guide p. 1243); words hold codes of 8 bits
left-shifted (5000 guide p. 506), so that the lowest and the highest code count as clipped, too."""
_SAME_RATE = 1e-4
_PREAMBLE = 10
_WIDEST_V = 20.0
"""Half of 40 V, the widest vertical range at 1:1 (PyMeasure, KeysightDSOX1102G)."""
_LONGEST_S, _SHORTEST_S = 500.0, 5e-8


class KeysightDSOX1102G(OneChannel, DSOX1102GQuantities):
    """Sample one channel from the rising edge at EXT TRIG on.

    PyMeasure asks waveforms as text only, sends a time base of 500 ns as 0.000001 s or nothing, and its
    driver cannot be given a time-out; mended here. Its rates are those of its screen: what it took is read
    from the preamble, and another rate than the one asked for is an error.
    """

    identity = r"(KEYSIGHT|AGILENT) TECHNOLOGIES,(DSO|MSO|EDU)-?X ?1\d\d\d"
    drives = False
    units: ClassVar = {
        "coupling": "",
        "vertical_range": "V",
        "vertical_offset": "V",
        "probe_attenuation": "",
        "inverted": "",
        "bandwidth_limited": "",
        "displayed": "",
        "timebase_mode": "",
        "timebase_range": "s",
        "timebase_position": "s",
        "acquisition_type": "",
        "acquisition_mode": "",
        "trigger_source": "",
        "trigger_slope": "",
        "trigger_level": "V",
        "trigger_sweep": "",
        "waveform_format": "",
        "waveform_points_mode": "",
    }

    def __init__(self, adapter: Adapter | str, *, channel: int = 1, trigger_v: float = 1.0, **kwargs: Any):
        """``channel`` is the input; ``trigger_v`` is where the external trigger's edge counts, in V."""
        if channel not in (1, 2, 3, 4):
            raise LimitError(f"channel = {channel:g}: expected the number of an input, 1 to 4")
        within(trigger_v, (-8.0, 8.0))
        super().__init__(adapter, read_termination="\n", write_termination="\n", **kwargs)
        self._channel, self._trigger_v = f"{channel:.0f}", trigger_v
        self._rate_hz, self._count, self._span_s = 0.0, 0, 0.0

    def prepare(self, range_v: float, rate_hz: float) -> None:
        """Take volts within ``range_v`` V of either sign at ``rate_hz`` samples/s, from a reset on."""
        within(range_v, (4e-3, _WIDEST_V))
        if not 0 < rate_hz <= 1e9:
            raise LimitError(f"{self.name}: {rate_hz:g} samples/s lies outside 0 to 1e9")
        self.write("*RST")
        self.apply(displayed=True, coupling="dc", probe_attenuation=1.0, inverted=False)
        self.apply(vertical_range=2 * range_v, vertical_offset=0.0, bandwidth_limited=False)
        self.apply(acquisition_mode="realtime", acquisition_type="hresolution", timebase_mode="main")
        self.apply(trigger_source="EXT", trigger_slope="POS", trigger_sweep="NORM")
        self.apply(trigger_level=self._trigger_v, waveform_format="word", waveform_points_mode="normal")
        self.apply(waveform_unsigned=True, byte_order="LSBF")
        self.write(":WAVeform:SOURce CHANnel{ch}")
        self.check_errors()
        self._rate_hz, self._count = rate_hz, 0

    def arm(self, count: int) -> None:
        """Wait for the trigger, then take ``count`` samples; it returns once the trigger is awaited."""
        if not self._rate_hz:
            raise LimitError(f"{self.name}: no rate is set; call prepare first")
        within(count, (1, POINTS[-1]))
        points = next(each for each in POINTS if count <= each)
        span = points / self._rate_hz
        check_all("time base", np.array([span]), _SHORTEST_S, _LONGEST_S, "s", "Slow down.")
        with self.lock:
            self.write(":STOP")
            self.apply(timebase_range=span, timebase_position=span / 2)
            self.waveform_points = points
            self.read_back("armed")
            self.write(":SINGle")
            self._await("armed", 1, 1, _PATIENCE_S, "it does not arm its trigger")
            self.check_errors()
        self._count, self._span_s = count, span

    def triggered(self) -> bool:
        """Tell whether the trigger came and all samples are taken."""
        return not int(self.read_back("condition")) & _RUN

    def readings(self) -> np.ndarray:
        """Read the samples (count,) in V of the finished acquisition."""
        if not self._count:
            raise LimitError(f"{self.name}: nothing was taken; call arm first")
        patience_s = self._span_s + _PATIENCE_S
        self._await("condition", _RUN, 0, patience_s, "no trigger came, or the acquisition still runs")
        with self.lock:
            preamble = self._numbers(":WAVeform:PREamble?")
            data = np.frombuffer(self.ask_block(":WAVeform:DATA?"), "<u2")
        first = self._first_sample(preamble, len(data))
        words = data[first : first + self._count]
        if np.any(words == _HOLE):
            raise ReplyError(f"{self.name}: the waveform has holes; the acquisition did not finish")
        if np.any((words <= _LOW) | (words >= _HIGH)):
            raise OverloadError(f"{self.name}: the voltage exceeds the range; take a larger one")
        _, _, step_v, origin_v, reference_v = preamble[5:]
        return (words.astype(float) - reference_v) * step_v + origin_v

    def abort(self) -> None:
        """Give up the acquisition."""
        self.write(":STOP")

    # ------------------------------------------------------------------------------------------

    def _first_sample(self, preamble: list[float], length: int) -> int:
        """Return the index of the sample at the trigger; another rate than the one asked for is refused."""
        step_s, origin_s, reference = preamble[4:7]
        if step_s <= 0 or abs(step_s * self._rate_hz - 1) > _SAME_RATE:
            taken = 1 / step_s if step_s > 0 else 0.0
            raise ReplyError(
                f"{self.name}: it took {taken:.6g} samples/s where {self._rate_hz:.6g} were asked for; take "
                "a rate whose 100, 250, 500, 1000 ... samples fill a screen that it has"
            )
        first = max(0, round(reference - origin_s / step_s))
        if first + self._count > length:
            raise ReplyError(f"{self.name}: expected {self._count} samples from the trigger on, got {length}")
        return first

    def _numbers(self, query: str) -> list[float]:
        """Read the ten numbers of a preamble."""
        reply = self.ask(query)
        try:
            found = [float(text) for text in reply.split(",")]
        except ValueError:
            found = []
        if len(found) != _PREAMBLE:
            raise ReplyError(f"{self.name}: expected ten numbers to {query}, got {reply[:60]!r}")
        return found

    def _await(self, register: str, mask: int, wanted: int, patience_s: float, trouble: str) -> None:
        """Ask a register until its bit is as wanted, for ``patience_s`` s."""
        for _ in range(_POLLS):
            if bool(int(self.read_back(register)) & mask) == bool(wanted):
                return
            self.clock.sleep(patience_s / _POLLS)
        raise InstrumentTimeout(f"{self.name}: {trouble}")

    def _make_safe(self) -> None:
        self.abort()
