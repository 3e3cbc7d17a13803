"""The bench of a spin-vortex ice as one world: supply, magnet, sample, sweep, lock-in, stepped lazily to now.

The sample answers to turning points of the field only, so however finely a ramp is commanded, the bars see
one monotone field. A sweep is computed when it ends.
"""

import threading
from typing import Protocol

import numpy as np
from nado_lab.sim_backend.clock import Clock
from nado_lab.sim_backend.conditions import Conditions
from nado_lab.sim_backend.devices import SR830, SR860, KepcoBOP, Keysight8257D, KeysightE5071C
from nado_lab.sim_backend.world import World
from scipy.signal import lfilter

_DEAD_TESLA = 1e-9
VOLTS_PER_UNIT = 1e-4
REFERENCE_SINE_V = 0.5
REFERENCE_DBM = 10.0
TRACE_NOISE = 2e-5
"""Noise of a network analyser's trace at 1 kHz bandwidth, relative to full transmission."""


class IceSample(Protocol):
    """What the world asks of a sample; ``noise_scale`` is a factor on the noise of its spectra."""

    noise_scale: float

    def apply(self, field_tesla: float) -> None: ...

    def measured_spectrum(self, frequencies_hz: np.ndarray | None = None) -> np.ndarray: ...

    def transmission(self, frequencies_hz: np.ndarray) -> np.ndarray: ...

    def set_temperature(self, kelvin: float) -> None: ...


class SpinVortexIceWorld(World[IceSample]):
    """Everything that shares one time and one field along the lattice diagonal."""

    supply: KepcoBOP
    microwave: Keysight8257D
    lockin: SR830 | SR860
    analyser: KeysightE5071C

    def __init__(self, clock: Clock, sample: IceSample, tesla_per_ampere: float, lag_s: float, seed: int):
        self.clock, self.sample = clock, sample
        self.tesla_per_ampere, self.lag_s = tesla_per_ampere, lag_s
        self.lock, self.conditions = threading.RLock(), Conditions()
        self.rng = np.random.default_rng([seed, 7])
        self.trace_rng = np.random.default_rng([seed, 15])
        self.time = clock.now()
        self.peak_slew = 0.0
        self._field, self._turning, self._applied = 0.0, 0.0, 0.0
        self._sweeping = False

    # -- what the instruments ask ------------------------------------------------------------

    def amperes(self) -> np.ndarray:
        """Return the magnet's current (1,) in A at the present moment."""
        return np.array([self._field / self._tesla_per_ampere()])

    def field_at_probe(self) -> float:
        """Return the field in T at the gaussmeter's probe."""
        return self._field

    def sweep_begins(self, time_s: float) -> None:
        """Remember that the microwave source sweeps from now on."""
        self._sweeping = True

    def lockin_volts(self) -> float:
        """Return the lock-in's output in V at the source's fixed frequency."""
        return float(self._spectrum(np.array([self.microwave.get("frequency")]))[0])

    def transmission(self, frequencies_hz: np.ndarray, bandwidth_hz: float, *, sent: bool) -> np.ndarray:
        """Return S21 (channel,) at the present field with the noise of a receiver of this bandwidth."""
        self._show(self._turning)
        noise = self.trace_rng.normal(size=(len(frequencies_hz), 2)).view(complex)[:, 0]
        noise *= TRACE_NOISE * np.sqrt(bandwidth_hz / 1e3) * self.conditions.noise_scale
        through = self.sample.transmission(frequencies_hz) if sent else 0.0
        return (self.conditions.gain(self.time) if self.conditions.drifted else 1.0) * through + noise

    # -- what a test asks --------------------------------------------------------------------

    def field(self) -> np.ndarray:
        """Return the field (2,) in T, along the diagonal and across, now."""
        self.advance()
        return np.array([self._field, 0.0])

    def sources_on(self) -> bool:
        """Tell whether any source still has its output on."""
        modulating = self.lockin.sine_volts() > 0.004
        radiating = self.microwave.get("output") or self.analyser.get("output")
        return bool(self.supply.get("output") or radiating or modulating)

    # -- time --------------------------------------------------------------------------------

    def advance(self) -> None:
        """Run the world up to the bench time."""
        with self.lock:
            now = self.clock.now()
            if now > self.time:
                self._follow(now - self.time)
                self.time = now
            if self._sweeping and now >= self.microwave.busy_until():
                self._finish_sweep()

    def _tesla_per_ampere(self) -> float:
        if not self.conditions.drifted:
            return self.tesla_per_ampere
        return self.tesla_per_ampere * float(self.conditions.field_gain(self.time))

    def _follow(self, seconds: float) -> None:
        """Let the field approach what the supply drives, first order."""
        target = float(self.supply.amperes(np.zeros(1))[0]) * self._tesla_per_ampere()
        before = self._field
        self.peak_slew = max(self.peak_slew, abs(target - before) / self.lag_s)
        after = target + (before - target) * np.exp(-seconds / self.lag_s)
        self._field = target if abs(after - target) < _DEAD_TESLA else float(after)
        self._track(before, self._field)

    def _track(self, before: float, after: float) -> None:
        """Show the sample a turning point once the field has turned away from it."""
        if (after - before) * (self._turning - self._applied) < 0:
            self._show(self._turning)
        if after != before:
            self._turning = after

    def _show(self, field: float) -> None:
        if field != self._applied:
            self.sample.apply(field)
            self._applied = field

    def _finish_sweep(self) -> None:
        self._sweeping = False
        if self.microwave.sweep_start is None or not self.lockin.armed:
            return
        volts = self._spectrum(self.microwave.frequencies_hz())
        keep = np.exp(-self.microwave.dwell_s() / self.lockin.time_constant_s())
        settled = np.asarray(lfilter([1 - keep], [1, -keep], volts))
        self.lockin.samples = settled[: self.lockin.armed]

    def _spectrum(self, frequencies_hz: np.ndarray) -> np.ndarray:
        """Return the lock-in's volts (channel,) at frequencies in Hz, with the noise of one sweep."""
        self._show(self._turning)
        strength = self.lockin.sine_volts() / REFERENCE_SINE_V
        strength *= 10 ** ((self.microwave.get("power") - REFERENCE_DBM) / 20) * self.microwave.get("output")
        noise = 1e-7 * self.conditions.noise_scale * self.rng.normal(size=len(frequencies_hz))
        self.sample.noise_scale = self.conditions.noise_scale
        volts = VOLTS_PER_UNIT * strength * self.sample.measured_spectrum(frequencies_hz) + noise
        if not self.conditions.drifted:
            return volts
        return self.conditions.gain(self.time) * volts + self.conditions.offset_v(self.time)
