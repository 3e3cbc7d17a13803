"""Keysight 33500 two-channel generator: binary waveforms and triggered bursts on PyMeasure's driver."""

import math
from typing import Any, ClassVar

import numpy as np
from nado_lab.instruments.drivers.arbitrary_scale import FULL_SCALE, Spread, spread
from nado_lab.instruments.drivers.operation import OperationDriver
from nado_lab.instruments.drivers.waveform_channel import LEAST_VPP, MOST_VOLTS, WaveformChannel
from nado_lab.instruments.errors import LimitError, ReplyError
from nado_lab.instruments.limits import check_all, one_word, positive, within
from nado_lab.instruments.roles import Snapshot
from pymeasure.adapters import Adapter
from pymeasure.instruments import Instrument
from pymeasure.instruments.agilent.agilent33500 import Agilent33500

_FADE_STEPS = 40
_HALF_A_COUNT = 1 + 0.49 / FULL_SCALE
_READS_ALIKE = 1e-3
"""Amplitude and offset have four digits (33500B data sheet, 5990-6672EN: "Resolution: 4 digits")."""
_LEAST_POINTS = 8
_SINE_HERTZ = (1e-6, 30e6)
_RATES_HZ = (1e-6, 250e6)
_OPEN_OHMS = 9e37
_HARMLESS = {"output": False, "polarity": "NORM", "amplitude_unit": "VPP", "limits_enabled": False}
_HARMLESS |= {"burst_phase": 0.0, "trigger_delay": 0.0}


class Keysight33500(OperationDriver, Agilent33500):
    """Play two voltages in step on a bus trigger; the sync output starts the digitisers."""

    identity = r"(Keysight|Agilent) Technologies,335\d\d"
    memory_points = 1_000_000
    units: ClassVar = {"trigger_source": "", "byte_order": "", "sync_output": ""}
    channel_units: ClassVar = {
        "shape": "",
        "arb_srate": "1/s",
        "arb_filter": "",
        "amplitude": "V",
        "amplitude_unit": "",
        "offset": "V",
        "polarity": "",
        "limits_enabled": "",
        "output": "",
        "output_load": "ohm",
        "burst_state": "",
        "burst_mode": "",
        "burst_ncycles": "",
        "burst_phase": "deg",
        "trigger_delay": "s",
        "trigger_source": "",
    }

    ch_1 = Instrument.ChannelCreator(WaveformChannel, 1)  # type: ignore[arg-type]
    ch_2 = Instrument.ChannelCreator(WaveformChannel, 2)  # type: ignore[arg-type]

    byte_order = Instrument.control(
        "FORM:BORD?",
        "FORM:BORD %s",
        """Control the byte order of blocks: NORM (big endian) or SWAP (str).""",
        validator=one_word,
        values=("NORM", "SWAP"),
    )
    sync_output = Instrument.control(
        "OUTP:SYNC?",
        "OUTP:SYNC %d",
        """Control the sync output (bool).""",
        map_values=True,
        values={True: 1, False: 0},
    )

    def __init__(self, adapter: Adapter | str, *, max_volts: float = 10.0, **kwargs: Any):
        positive("max_volts", max_volts, MOST_VOLTS)
        kwargs.setdefault("name", "Keysight 33500 generator")
        super().__init__(adapter, read_termination="\n", write_termination="\n", **kwargs)
        self._max_volts = max_volts
        self._peak = 0.0
        self._spans, self._offsets = (0.0, 0.0), (0.0, 0.0)
        self._prepared = False

    @property
    def pair(self) -> tuple[WaveformChannel, WaveformChannel]:
        """Return both channels."""
        return self.ch_1, self.ch_2  # type: ignore[return-value]

    def prepare(self, rate_hz: float, peak_v: float) -> None:
        """Set the sample rate and a full scale of ``peak_v`` V into high impedance; both outputs on."""
        if not 0 < peak_v <= self._max_volts:
            raise LimitError(f"{self.name}: full scale {peak_v:g} V lies outside 0 to {self._max_volts:g} V")
        within(rate_hz, _RATES_HZ)
        self._forget_the_last_user()
        self._peak = peak_v
        self.apply(byte_order="SWAP", sync_output=True)
        for channel in self.pair:
            self._prepare_channel(channel, rate_hz)
        self.load(np.zeros((_LEAST_POINTS, 2)))
        for channel in self.pair:
            channel.output = True
        self._prepared = True
        self.check_errors()

    def _forget_the_last_user(self) -> None:
        """Open both outputs, then reset: polarity, unit, limits, modulation, tracking, combine, phase, delay.

        ``*RST`` leaves the outputs off and stored waveforms alone (33500 guide 33500-90901, "*RST").
        """
        self._prepared = False
        for channel in self.pair:
            channel.output = False
        self.write("*RST")

    def _prepare_channel(self, channel: WaveformChannel, rate_hz: float) -> None:
        """Set what a burst needs, and what would turn or move its field; read back what matters."""
        settings = {"output_load": "INF", "amplitude_unit": "VPP", "polarity": "NORM"}
        settings |= {"limits_enabled": False, "shape": "ARB", "arb_filter": "OFF", "arb_srate": rate_hz}
        settings |= {"burst_mode": "TRIG", "burst_ncycles": 1, "burst_phase": 0.0, "burst_state": True}
        settings |= {"trigger_delay": 0.0, "trigger_source": "BUS"}
        self._set(channel, settings)

    def _set(self, channel: WaveformChannel, settings: dict[str, Any]) -> None:
        """Set quantities of a channel, then read each back."""
        for name, value in settings.items():
            setattr(channel, name, value)
        for name, value in settings.items():
            if name != "output_load":
                self._confirm(name, value, self._answer(channel, name))
        if "output_load" in settings and self._answer(channel, "output_load") < _OPEN_OHMS:
            raise ReplyError(
                f"{self.name}: output {channel.id} counts its volts into a load, not an open circuit"
            )

    def load(self, volts: np.ndarray) -> None:
        """Upload (sample, 2) in V within the full scale to both channels.

        The outputs are open meanwhile: amplitude, offset and data of a waveform change one after the other.
        """
        volts = np.asarray(volts, float)
        if volts.ndim != 2 or volts.shape[1] != 2 or not _LEAST_POINTS <= len(volts) <= self.memory_points:
            points = f"{_LEAST_POINTS} to {self.memory_points}"
            raise LimitError(f"{self.name}: a waveform has shape ({points}, 2), not {volts.shape}")
        most = self._peak * _HALF_A_COUNT
        check_all("waveform", volts, -most, most, "V", "Prepare a larger full scale.")
        with self.lock:
            first, second = (self._load_channel(each, volts[:, n]) for n, each in enumerate(self.pair))
            self._spans = first.amplitude, second.amplitude
            self._offsets = first.offset, second.offset
            self.check_errors()

    def _load_channel(self, channel: WaveformChannel, volts: np.ndarray) -> Spread:
        waveform = spread(volts, LEAST_VPP)
        if self._prepared:
            channel.output = False
        channel.upload(waveform.counts)
        channel.offset = 0.0
        channel.amplitude = waveform.amplitude
        channel.offset = waveform.offset
        self._require_scale(channel, waveform)
        if self._prepared:
            channel.output = True
        return waveform

    def _require_scale(self, channel: WaveformChannel, waveform: Spread) -> None:
        """Raise ReplyError where the channel did not take the amplitude or the offset of its waveform."""
        for name, wanted in (("amplitude", waveform.amplitude), ("offset", waveform.offset)):
            found = float(self._answer(channel, name))
            if abs(found - wanted) > _READS_ALIKE * max(abs(wanted), LEAST_VPP):
                raise ReplyError(
                    f"{self.name}: {name} of output {channel.id} was set to {wanted:.6g} V but reads "
                    f"{found:.6g} V"
                )

    def trigger(self) -> None:
        """Start the burst; ``busy`` tells when it is over."""
        self._start("*TRG")

    def busy(self) -> bool:
        """Tell whether the burst still runs (operation complete, bit 0 of the event register)."""
        return self._still_running()

    def fade(self, seconds: float) -> None:
        """Shrink both outputs to nothing in ``seconds``, stop the burst, open the outputs."""
        self._scale_outputs(np.linspace(1, 0, _FADE_STEPS + 1)[1:], seconds)
        self._make_safe()

    def rotate(
        self,
        frequency_hz: float,
        peaks_v: tuple[float, float],
        phases_rad: tuple[float, float] = (math.pi / 2, 0.0),
        rise_s: float = 0.2,
    ) -> None:
        """Put out continuous sines, cosine and sine to turn a field, grown from nothing; see ``fade``."""
        for peak in peaks_v:
            within(peak, (LEAST_VPP / 2, self._max_volts))
        within(frequency_hz, _SINE_HERTZ)
        for channel, phase in zip(self.pair, phases_rad, strict=True):
            self._prepare_sine(channel, frequency_hz, phase)
        self.write("SOUR1:PHAS:SYNC")
        self.check_errors()
        self.running = True
        self._spans, self._offsets = (2 * peaks_v[0], 2 * peaks_v[1]), (0.0, 0.0)
        self._scale_outputs(np.linspace(0, 1, _FADE_STEPS + 1)[1:], rise_s)
        self.check_errors()

    def _prepare_sine(self, channel: WaveformChannel, frequency_hz: float, phase_rad: float) -> None:
        channel.output = False
        settings = {"output_load": "INF", "amplitude_unit": "VPP", "polarity": "NORM"}
        settings |= {"limits_enabled": False, "burst_state": False, "shape": "SIN", "offset": 0.0}
        settings |= {"frequency": frequency_hz, "amplitude": LEAST_VPP, "phase": math.degrees(phase_rad)}
        self._set(channel, settings)
        channel.output = True

    def _scale_outputs(self, fractions: np.ndarray, seconds: float) -> None:
        """Go through fractions of the full amplitude and offset of both channels in ``seconds``."""
        for fraction in fractions:
            for channel, span, offset in zip(self.pair, self._spans, self._offsets, strict=True):
                channel.amplitude = max(LEAST_VPP, round(span * float(fraction), 6))
                if offset:
                    channel.offset = offset * float(fraction)
            self.clock.sleep(seconds / len(fractions))

    def left_behind(self) -> list[str]:
        """Say which settings of the last user would turn or move a field; ``prepare`` sets them anew."""
        found = []
        for channel in self.pair:
            for name, harmless in _HARMLESS.items():
                value = self._answer(channel, name)
                found += [] if value == harmless else [f"ch_{channel.id}.{name} is {value}"]
        return found

    def snapshot(self) -> Snapshot:
        """Read all settings of the instrument and of both channels."""
        settings = super().snapshot()
        for channel in self.pair:
            for name, unit in self.channel_units.items():
                settings[f"ch_{channel.id}.{name}"] = {"value": getattr(channel, name), "unit": unit}
        return settings

    def _make_safe(self) -> None:
        """Open both outputs and stop the burst."""
        for channel in self.pair:
            channel.output = False
        self.write("ABOR")
        self.running = self._prepared = False
        for channel in self.pair:
            self._require_off(self._answer(channel, "output"), f"output {channel.id}")

    def _answer(self, channel: WaveformChannel, name: str) -> Any:
        try:
            return getattr(channel, name)
        except (ValueError, KeyError) as error:
            raise ReplyError(f"{self.name}: cannot understand the reply for {name!r} ({error})") from error
