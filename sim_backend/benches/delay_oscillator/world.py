"""The loop as one world: what drives the modulators, the loops themselves, what reads the photodiodes.

Stepped lazily to the bench time on the loop's own samples. A burst begins a sample of the loop, as where
both share a reference clock and the generator's sync edge starts the loop's converter. What an idle loop did
longer ago than it can remember is left out.
"""

import threading
from typing import Protocol

import numpy as np
from nado_lab.sim_backend.acquisition import Recorder
from nado_lab.sim_backend.clock import Clock
from nado_lab.sim_backend.conditions import Conditions
from nado_lab.sim_backend.noise import ReadoutNoise
from nado_lab.sim_backend.samples.delay_oscillator import DelayOscillator
from nado_lab.sim_backend.world import World

_MOST_TICKS = 65536
REMEMBERED_DELAYS = 400
"""How many delays of an idle loop are run: far more than a loop below its first bifurcation remembers."""
_NEARLY = 1e-6


class Source(Protocol):
    """What drives the modulators: signal voltages of all nodes, then their bias voltages."""

    def burst(self) -> tuple[float, float, int]: ...

    def volts(self, start: int, stop: int) -> np.ndarray: ...

    def idle_volts(self) -> np.ndarray: ...

    def swinging(self) -> list[int]: ...

    def continuous_volts(self, times: np.ndarray) -> np.ndarray: ...

    def outputs_on(self) -> bool: ...


class OscillatorWorld(Recorder, World[DelayOscillator]):
    """Everything that shares one time and one loop or some coupled ones.

    ``readout_bits`` quantises what the digitisers see to so many bits of the photodiode's full voltage, as an
    oscilloscope would; 0: as the digitiser does it by itself.
    """

    source: Source

    def __init__(self, clock: Clock, sample: DelayOscillator, noise: ReadoutNoise, readout_bits: int = 0):
        super().__init__()
        self.clock, self.sample, self.noise, self.readout_bits = clock, sample, noise, readout_bits
        self.lock, self.conditions = threading.RLock(), Conditions()
        self.time = clock.now()
        self.peak_v = np.zeros(2 * sample.nodes)
        self.tick_s = 1 / sample.parameters.sample_hz

    # -- what the instruments ask ------------------------------------------------------------

    def trigger_out(self, time_s: float) -> None:
        """Pass the source's sync edge on to every digitiser."""
        self.time = time_s
        self.start_waiting(time_s)

    # -- what a test asks --------------------------------------------------------------------

    def sources_on(self) -> bool:
        """Tell whether anything still drives a modulator."""
        return self.source.outputs_on()

    # -- time --------------------------------------------------------------------------------

    def advance(self) -> None:
        """Run the world up to the bench time."""
        with self.lock:
            now = self.clock.now()
            while self.time < now and self._stride(now):
                pass

    def _stride(self, now: float) -> bool:
        """Run one stretch; return False where less than a sample is left."""
        start, rate, points = self.source.burst()
        ticks = int(np.ceil(points / rate / self.tick_s - _NEARLY))
        first = round((self.time - start) / self.tick_s)
        if not 0 <= first < ticks:
            return self._idle(now)
        last = min(ticks, first + _MOST_TICKS, int((now - start) / self.tick_s + _NEARLY))
        if last > first:
            samples = (np.arange(first, last) * self.tick_s * rate + _NEARLY).astype(int)
            volts = self.source.volts(int(samples[0]), int(samples[-1]) + 1)
            self._run(volts[samples - samples[0]])
            self.time = start + last * self.tick_s
        return last > first

    def _idle(self, now: float) -> bool:
        """Run an idle bench, the last that it remembers."""
        if not self.acquisitions:
            remembered = REMEMBERED_DELAYS * self.sample.parameters.delay_s
            self.time = max(self.time, now - remembered)
        ticks = min(_MOST_TICKS, int((now - self.time) / self.tick_s + _NEARLY))
        if ticks < 1:
            return False
        if self.source.swinging():
            volts = self.source.continuous_volts(self.time + self.tick_s * np.arange(ticks))
        else:
            volts = np.repeat(self.source.idle_volts()[None], ticks, axis=0)
        self._run(volts)
        self.time += ticks * self.tick_s
        return True

    def _run(self, volts: np.ndarray) -> None:
        """Run the loops through volts (tick, signals then biases), a sample of the loop each."""
        times = self.time + self.tick_s * np.arange(len(volts))[:, None]
        self.peak_v = np.maximum(self.peak_v, np.max(np.abs(volts), axis=0))
        signal, bias = volts[:, : self.sample.nodes], volts[:, self.sample.nodes :]
        if self.conditions.drifted:
            signal = signal * self.conditions.field_gain(times)
        light = self.sample.advance(signal, bias, self.time)
        if not self.acquisitions:
            return
        seen = light + self.conditions.noise_scale * self.noise.sample(self.time, self.tick_s, len(light))
        if self.conditions.drifted:
            seen = self.conditions.gain(times) * seen + self.conditions.offset_v(times)
        self.record(self.time, self.tick_s, self._counted(seen))

    def _counted(self, volts: np.ndarray) -> np.ndarray:
        if not self.readout_bits:
            return volts
        count = self.sample.parameters.photodiode.full_volts / 2**self.readout_bits
        return count * np.rint(volts / count)
