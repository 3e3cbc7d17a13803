"""The nanoring bench as one world: generator, supplies, coils, sample and noise, stepped lazily to now.

Nothing moves until a message arrives; then the world runs from where it was to the bench time. A burst is
run on the generator's own sample clock, an idle bench in one stride.
"""

import threading
from typing import Protocol

import numpy as np
from nado_lab.sim_backend.acquisition import Recorder
from nado_lab.sim_backend.benches.nanoring.coils import CoilPair
from nado_lab.sim_backend.clock import Clock
from nado_lab.sim_backend.conditions import Conditions, Times
from nado_lab.sim_backend.devices import Keithley6221, KepcoBOP, Keysight33500
from nado_lab.sim_backend.world import World

_DEAD_TESLA = 1e-6
_IDLE_TICKS = 65536
MONITOR_TESLA_PER_VOLT = 1e-2
_SEGMENT_RAD = 2 * np.pi / 64


class Sample(Protocol):
    """What the world asks of a sample."""

    contacts: int

    def advance(self, field_xy: np.ndarray, dt: float) -> np.ndarray: ...

    def set_temperature(self, kelvin: float) -> None: ...


class Noise(Protocol):
    """What the world asks of the readout noise."""

    def sample(self, t0: float, dt: float, n: int) -> np.ndarray: ...


class NanoringWorld(Recorder, World[Sample]):
    """Everything that shares one time and one field."""

    generator: Keysight33500
    source: Keithley6221

    def __init__(self, clock: Clock, sample: Sample, noise: Noise, coils: CoilPair, tick_s: float):
        super().__init__()
        self.clock, self.sample, self.noise, self.coils, self.tick_s = clock, sample, noise, coils, tick_s
        self.lock, self.conditions = threading.RLock(), Conditions()
        self.time = clock.now()
        self.supplies: list[KepcoBOP] = []
        self.probe_noise_t, self.probe_rng = 0.0, np.random.default_rng(0)
        self.peak_slew = 0.0
        self.ambient = np.zeros(2)
        self.ohms: np.ndarray | None = None

    # -- what the instruments ask ------------------------------------------------------------

    def trigger_out(self, time_s: float) -> None:
        """Pass the generator's sync edge on to every digitiser."""
        self.time = time_s
        self.start_waiting(time_s)

    def field_at_probe(self, axis: int = 0) -> float:
        """Return one component of the field in T at the gaussmeter's probe, coils and surroundings."""
        return float(self.coils.field[axis] + self.ambient[axis])

    def amperes(self) -> np.ndarray:
        """Return the coil currents (2,) in A at the present moment."""
        return self.coils.field / self.coils.gain / self._field_gain(self.time)

    def volts_now(self, contact: int) -> float:
        """Return what a digitiser's input sees in V at the present moment, without noise."""
        ohms = np.zeros(self.sample.contacts) if self.ohms is None else self.ohms
        if contact >= len(ohms):
            return self.field_at_probe(contact - len(ohms)) / MONITOR_TESLA_PER_VOLT
        return float(np.ravel(ohms[contact] * self.source.amperes(self.time))[0])

    # -- what a test asks --------------------------------------------------------------------

    def field(self) -> np.ndarray:
        """Return the field of the coils (2,) in tesla, now."""
        self.advance()
        return self.coils.field.copy()

    def sources_on(self) -> bool:
        """Tell whether any source still has its output on."""
        supplies = any(s.get("output") for s in self.supplies)
        return bool(supplies or self.generator.outputs_on() or self.source.get("output"))

    # -- time --------------------------------------------------------------------------------

    def advance(self) -> None:
        """Run the world up to the bench time."""
        with self.lock:
            now = self.clock.now()
            while self.time < now and self._stride(now):
                pass

    def _stride(self, now: float) -> bool:
        """Run one uniform stretch; return False where less than a tick is left."""
        start, rate, points = self.generator.burst()
        first = round((self.time - start) * rate)
        if first < points:
            last = min(points, int((now - start) * rate + 1e-6))
            return last > first and self._burst(first, last, 1 / rate)
        return self._idle(now)

    def _burst(self, first: int, last: int, dt: float) -> bool:
        volts = self.generator.volts(first, last)
        self._run(volts, dt)
        self.time = self.generator.burst()[0] + last * dt
        return True

    def _idle(self, now: float) -> bool:
        """Run an idle bench on its own ticks; at rest without field there is nothing to run."""
        if self.generator.swinging():
            return self._swing(now)
        volts = self.generator.idle_volts()
        at_rest = self.coils.settled(self._currents(volts[None], self.time)[0]) and not self.coils.field.any()
        if at_rest and self.ohms is not None and not self.acquisitions:
            self.time = now
            return False
        ticks = min(_IDLE_TICKS, int((now - self.time) / self.tick_s))
        if ticks:
            self._run(np.repeat(volts[None], ticks, axis=0), self.tick_s)
            self.time += ticks * self.tick_s
        return ticks > 0

    def _swing(self, now: float) -> bool:
        """Run the continuous sines of the generator, on ticks that are fine enough for them."""
        if self.generator.get("sync"):
            self.start_waiting(self.generator.next_edge(self.time))
        tick_s = min(self.tick_s, self.generator.finest_s())
        ticks = min(_IDLE_TICKS, int((now - self.time) / tick_s + 1e-6))
        if ticks:
            self._run(self.generator.continuous_volts(self.time + tick_s * np.arange(1, ticks + 1)), tick_s)
            self.time += ticks * tick_s
        return ticks > 0

    def _currents(self, volts: np.ndarray, times: Times) -> np.ndarray:
        """Return the currents (tick, 2) in A, times what the field per ampere has drifted."""
        amperes = np.stack([s.amperes(volts[:, axis]) for axis, s in enumerate(self.supplies)], axis=1)
        return amperes if not self.conditions.drifted else amperes * self._field_gain(times)

    def _field_gain(self, times: Times) -> float | np.ndarray:
        return self.conditions.field_gain(times) if self.conditions.drifted else 1.0

    def _run(self, volts: np.ndarray, dt: float) -> None:
        """Run the world through control voltages (tick, 2) in V, each held for ``dt`` s."""
        before = self.coils.field
        times = self.time + dt * np.arange(len(volts))[:, None]
        field = self.coils.follow(self._currents(volts, times), dt)
        path = np.concatenate([before[None], field])
        self.peak_slew = max(self.peak_slew, float(np.max(np.abs(np.diff(path, axis=0)))) / dt)
        ohms = self._resistance(path, dt)
        if self.acquisitions:
            self._record(ohms, field + self.ambient, dt, times)

    def _resistance(self, path: np.ndarray, dt: float) -> np.ndarray:
        """Return the resistance (tick, contact) in ohm; a bench at zero field holds its last value."""
        field = path[1:]
        if self.ohms is not None and np.max(np.abs(path)) < _DEAD_TESLA:
            return np.broadcast_to(self.ohms, (len(field), len(self.ohms)))
        parts = _subdivisions(path)
        fine = _interpolate(path, parts) if parts > 1 else field
        ohms = self.sample.advance(np.ascontiguousarray(fine), dt / parts)[parts - 1 :: parts]
        self.ohms = ohms[-1]
        return ohms

    def _record(self, ohms: np.ndarray, field: np.ndarray, dt: float, times: np.ndarray) -> None:
        """Give the digitisers contact voltages, and behind them the monitors of both field axes."""
        noise = self.conditions.noise_scale * self.noise.sample(self.time, dt, len(ohms))
        seen = field
        if any(a.contact >= ohms.shape[1] for a in self.acquisitions):
            seen = field + self.probe_noise_t * self.probe_rng.standard_normal(field.shape)
        readout = ohms * self.source.amperes(times) + noise
        if self.conditions.drifted:
            readout = self.conditions.gain(times) * readout + self.conditions.offset_v(times)
        volts = np.hstack([readout, seen / MONITOR_TESLA_PER_VOLT])
        self.record(self.time, dt, volts)


def _subdivisions(path: np.ndarray) -> int:
    """Return into how many parts a tick must be cut so that the field turns one segment at most."""
    strong = np.hypot(path[:, 0], path[:, 1]) > 1e-3
    turns = np.abs(np.diff(np.unwrap(np.arctan2(path[:, 1], path[:, 0]))))
    moving = turns[strong[1:] & strong[:-1]]
    widest = float(moving.max()) if moving.size else 0.0
    return max(1, int(np.ceil(widest / _SEGMENT_RAD - 0.05)))


def _interpolate(path: np.ndarray, parts: int) -> np.ndarray:
    """Return the field at the ends of all parts of all ticks, along straight lines."""
    steps = np.arange(1, parts + 1)[None, :, None] / parts
    return (path[:-1, None] + (path[1:, None] - path[:-1, None]) * steps).reshape(-1, 2)
