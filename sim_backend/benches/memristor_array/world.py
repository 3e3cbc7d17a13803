"""The devices as one world: what drives them, their currents, and what the amplifiers make of those.

Stepped lazily to the bench time on the sample clock of the outputs; an idle bench takes large ticks.
"""

import threading
from typing import Protocol

import numpy as np
from nado_lab.sim_backend.acquisition import Recorder
from nado_lab.sim_backend.clock import Clock
from nado_lab.sim_backend.conditions import Conditions, Times
from nado_lab.sim_backend.daqmx import DaqOutput
from nado_lab.sim_backend.noise import ReadoutNoise
from nado_lab.sim_backend.samples.memristor_array import MemristorArray
from nado_lab.sim_backend.world import World

_MOST_TICKS = 65536
_IDLE_S, _IDLE_TICKS = 1e-3, 4096
_NEARLY = 1e-6


class Meter(Protocol):
    """What the world asks of a source-meter."""

    output: bool


class MemristorWorld(Recorder, World[MemristorArray]):
    """Everything that shares one time and one array of devices.

    ``relative`` is noise of the devices' conductance (share), ``amplifier`` of the amplifiers' outputs (V).
    """

    output: DaqOutput | None = None
    meter: Meter | None = None

    def __init__(
        self,
        clock: Clock,
        sample: MemristorArray,
        *,
        relative: ReadoutNoise,
        amplifier: ReadoutNoise,
        volts_per_ampere: float,
        most_amperes: float,
    ):
        super().__init__()
        self.clock, self.sample, self.volts_per_ampere = clock, sample, volts_per_ampere
        self.relative, self.amplifier = relative, amplifier
        self.lock, self.conditions = threading.RLock(), Conditions()
        self.limits = np.full(sample.devices, most_amperes)
        self.time = clock.now()
        self.peak_v, self.peak_a = np.zeros(sample.devices), np.zeros(sample.devices)

    # -- what the instruments ask ------------------------------------------------------------

    def trigger_out(self, time_s: float) -> None:
        """Pass the start of the outputs on to the inputs."""
        self.time = time_s
        self.start_waiting(time_s)

    def gain(self, times: Times) -> Times:
        """Return what the readout has drifted to, as a factor."""
        return self.conditions.gain(times) if self.conditions.drifted else 1.0

    def conductance_noise(self, time_s: float, dt: float, count: int) -> np.ndarray:
        """Return factors (count, device) about one, of the devices' own noise."""
        return 1 + self.conditions.noise_scale * self.relative.sample(time_s, dt, count)

    # -- what a test asks --------------------------------------------------------------------

    def sources_on(self) -> bool:
        """Tell whether anything still drives a device."""
        metered = self.meter is not None and self.meter.output
        return metered or (self.output is not None and self.output.outputs_on())

    # -- time --------------------------------------------------------------------------------

    def advance(self) -> None:
        """Run the world up to the bench time; a source-meter's load keeps its own."""
        if self.output is None:
            self.time = self.clock.now()
            return
        with self.lock:
            now = self.clock.now()
            while self.time < now and self._stride(self.output, now):
                pass

    def _stride(self, output: DaqOutput, now: float) -> bool:
        """Run one stretch; return False where less than a tick is left."""
        start, rate, points = output.burst()
        first = round((self.time - start) * rate)
        if not points or not 0 <= first < points:
            return self._idle(output, now)
        last = min(points, first + _MOST_TICKS, int((now - start) * rate + _NEARLY))
        if last > first:
            self._run(output.volts(first, last), 1 / rate)
            self.time = start + last / rate
        return last > first

    def _idle(self, output: DaqOutput, now: float) -> bool:
        """Run an idle bench: what is held, in ticks that are large where nothing is recorded."""
        seconds = now - self.time
        dt = _IDLE_S if self.acquisitions else max(_IDLE_S, seconds / _IDLE_TICKS)
        if not self.acquisitions and seconds < dt:
            dt = seconds
        ticks = min(_MOST_TICKS, int(seconds / dt + _NEARLY))
        if ticks < 1:
            return False
        self._run(np.repeat(output.idle_volts()[None], ticks, axis=0), dt)
        self.time = now if ticks * dt >= seconds * (1 - _NEARLY) else self.time + ticks * dt
        return self.time < now

    def _run(self, volts: np.ndarray, dt: float) -> None:
        """Run the devices through volts (tick, device), each held for ``dt`` s."""
        times = self.time + dt * np.arange(len(volts))[:, None]
        if self.conditions.drifted:
            volts = volts * self.conditions.field_gain(times)
        amperes = self.sample.advance(volts, dt, self.limits)
        self.peak_v = np.maximum(self.peak_v, np.max(np.abs(volts), axis=0))
        self.peak_a = np.maximum(self.peak_a, np.max(np.abs(amperes), axis=0))
        if not self.acquisitions:
            return
        seen = amperes * self.conductance_noise(self.time, dt, len(volts)) * self.volts_per_ampere
        noise = self.amplifier.sample(self.time, dt, len(volts))
        seen = seen + self.conditions.noise_scale * noise
        if self.conditions.drifted:
            seen = self.gain(times) * seen + self.conditions.offset_v(times)
        self.record(self.time, dt, seen)
