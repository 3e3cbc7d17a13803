"""Keysight 33500 two-channel generator: binary waveforms and triggered bursts on PyMeasure's driver."""

import math
from typing import Any, ClassVar

import numpy as np
from nado_lab.instruments.drivers.operation import OperationDriver
from nado_lab.instruments.errors import LimitError, ReplyError
from nado_lab.instruments.limits import check_all, positive, within
from nado_lab.instruments.roles import Snapshot
from pymeasure.adapters import Adapter
from pymeasure.instruments import Instrument
from pymeasure.instruments.agilent.agilent33500 import Agilent33500, Agilent33500Channel

_FULL_SCALE = 32767
_FADE_STEPS = 40
_HALF_A_COUNT = 1 + 0.49 / _FULL_SCALE
_LEAST_VPP = 1e-3
_LEAST_POINTS = 8
_MOST_VOLTS = 10.0
_SINE_HERTZ = (1e-6, 30e6)
_RATES_HZ = (1e-6, 250e6)
_NAME = "NADO"


class WaveformChannel(Agilent33500Channel):
    """One output with binary upload; the manual's name for it is SOURce<n>."""

    trigger_source = Instrument.control(
        "TRIG{ch}:SOUR?", "TRIG{ch}:SOUR %s", """Control the trigger source of the channel (str)."""
    )
    amplitude_values = (1e-3, 20.0)

    def upload(self, counts: np.ndarray) -> None:
        """Replace the channel's waveform by DAC counts (sample,) in -32767 to 32767."""
        data = np.ascontiguousarray(counts, dtype="<i2").tobytes()
        length = str(len(data))
        self.data_volatile_clear()
        head = f"SOUR{self.id}:DATA:ARB:DAC {_NAME},#{len(length)}{length}"
        self.write_bytes(head.encode() + data + b"\n")
        self.write(f"SOUR{self.id}:FUNC:ARB {_NAME}")


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
        "offset": "V",
        "output": "",
        "output_load": "ohm",
        "burst_state": "",
        "burst_mode": "",
        "burst_ncycles": "",
        "trigger_source": "",
    }

    ch_1 = Instrument.ChannelCreator(WaveformChannel, 1)  # type: ignore[arg-type]
    ch_2 = Instrument.ChannelCreator(WaveformChannel, 2)  # type: ignore[arg-type]

    byte_order = Instrument.control(
        "FORM:BORD?", "FORM:BORD %s", """Control the byte order of blocks: NORM (big endian) or SWAP (str)."""
    )
    sync_output = Instrument.control(
        "OUTP:SYNC?",
        "OUTP:SYNC %d",
        """Control the sync output (bool).""",
        map_values=True,
        values={True: 1, False: 0},
    )

    def __init__(self, adapter: Adapter | str, *, max_volts: float = 10.0, **kwargs: Any):
        positive("max_volts", max_volts, _MOST_VOLTS)
        kwargs.setdefault("name", "Keysight 33500 generator")
        super().__init__(adapter, read_termination="\n", write_termination="\n", **kwargs)
        self._max_volts = max_volts
        self._peak, self._peaks = 0.0, (0.0, 0.0)

    @property
    def pair(self) -> tuple[WaveformChannel, WaveformChannel]:
        """Return both channels."""
        return self.ch_1, self.ch_2  # type: ignore[return-value]

    def prepare(self, rate_hz: float, peak_v: float) -> None:
        """Set the sample rate and a full scale of ``peak_v`` V into high impedance; both outputs on."""
        if not 0 < peak_v <= self._max_volts:
            raise LimitError(f"{self.name}: full scale {peak_v:g} V lies outside 0 to {self._max_volts:g} V")
        within(rate_hz, _RATES_HZ)
        self._peak, self._peaks = peak_v, (peak_v, peak_v)
        self.apply(byte_order="SWAP", sync_output=True)
        self.load(np.zeros((_LEAST_POINTS, 2)))
        for channel in self.pair:
            self._prepare_channel(channel, rate_hz)
        self.check_errors()

    def _prepare_channel(self, channel: WaveformChannel, rate_hz: float) -> None:
        channel.output_load = "INF"
        channel.arb_filter = "OFF"
        channel.amplitude = 2 * self._peak
        channel.offset = 0.0
        channel.shape = "ARB"
        channel.arb_srate = rate_hz
        channel.burst_mode = "TRIG"
        channel.burst_ncycles = 1
        channel.burst_state = True
        channel.trigger_source = "BUS"
        channel.output = True
        for name, wanted in {"arb_srate": rate_hz, "amplitude": 2 * self._peak, "shape": "ARB"}.items():
            self._confirm(name, wanted, self._answer(channel, name))

    def load(self, volts: np.ndarray) -> None:
        """Upload (sample, 2) in V within the full scale to both channels."""
        volts = np.asarray(volts, float)
        if volts.ndim != 2 or volts.shape[1] != 2 or not _LEAST_POINTS <= len(volts) <= self.memory_points:
            points = f"{_LEAST_POINTS} to {self.memory_points}"
            raise LimitError(f"{self.name}: a waveform has shape ({points}, 2), not {volts.shape}")
        most = self._peak * _HALF_A_COUNT
        check_all("waveform", volts, -most, most, "V", "Prepare a larger full scale.")
        counts = np.rint(volts * (_FULL_SCALE / self._peak)) if self._peak else volts
        with self.lock:
            for index, channel in enumerate(self.pair):
                channel.upload(counts[:, index])
            self.check_errors()

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
            within(peak, (_LEAST_VPP / 2, self._max_volts))
        within(frequency_hz, _SINE_HERTZ)
        for channel, phase in zip(self.pair, phases_rad, strict=True):
            self._prepare_sine(channel, frequency_hz, phase)
        self.write("SOUR1:PHAS:SYNC")
        self.check_errors()
        self.running = True
        self._peaks = peaks_v
        self._scale_outputs(np.linspace(0, 1, _FADE_STEPS + 1)[1:], rise_s)
        self.check_errors()

    def _prepare_sine(self, channel: WaveformChannel, frequency_hz: float, phase_rad: float) -> None:
        channel.output = False
        channel.output_load = "INF"
        channel.burst_state = False
        channel.shape = "SIN"
        channel.frequency = frequency_hz
        channel.amplitude = _LEAST_VPP
        channel.offset = 0.0
        channel.phase = math.degrees(phase_rad)
        channel.output = True
        for name, wanted in {"frequency": frequency_hz, "amplitude": _LEAST_VPP, "shape": "SIN"}.items():
            self._confirm(name, wanted, self._answer(channel, name))

    def _scale_outputs(self, fractions: np.ndarray, seconds: float) -> None:
        """Go through fractions of the full amplitude of both channels in ``seconds``."""
        for fraction in fractions:
            for channel, peak in zip(self.pair, self._peaks, strict=True):
                channel.amplitude = max(_LEAST_VPP, round(2 * peak * float(fraction), 6))
            self.clock.sleep(seconds / len(fractions))

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
        self.running = False
        for channel in self.pair:
            self._require_off(self._answer(channel, "output"), f"output {channel.id}")

    def _answer(self, channel: WaveformChannel, name: str) -> Any:
        try:
            return getattr(channel, name)
        except (ValueError, KeyError) as error:
            raise ReplyError(f"{self.name}: cannot understand the reply for {name!r} ({error})") from error
