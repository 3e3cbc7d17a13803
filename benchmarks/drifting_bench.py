"""Two simulated nanoring arrays for the loop's benchmarks: one that is characterised, one that is used.

The second differs from the first in its disorder (another draw; mean depinning field and edge roughness 5 %
larger, which moves the field window by a quarter of its half width; spread of the depinning fields 10 %
larger), in gain (7 %) and in noise (10 %), and goes on changing with the time it is driven.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from nado_lab.instruments import load_setup, open_setup
from nado_lab.lab.loop.context import BenchSession
from nado_lab.sim_backend import open_bench
from nado_lab.sim_backend.clock import SimulatedClock
from nado_lab.sim_backend.noise import ReadoutNoise
from nado_lab.sim_backend.samples.nanoring import NanoringArray
from nado_lab.sim_backend.samples.nanoring.parameters import NanoringParameters

WHITE_V, PINK_V, MAINS_V = 2e-6, 1e-6, 1e-6


@dataclass(frozen=True)
class Mismatch:
    """How a specimen differs from the preset: factors, an offset, and changes in 1000 s of drive (shares)."""

    disorder_seed: int = 1
    spread: float = 1.0
    depinning: float = 1.0
    roughness: float = 1.0
    gain: float = 1.0
    noise: float = 1.0
    offset_ohm: float = 0.0
    gain_drift: float = 0.0
    field_drift: float = 0.0


CHARACTERISED = Mismatch()
USED = Mismatch(
    disorder_seed=2,
    spread=1.1,
    depinning=1.05,
    roughness=1.05,
    gain=1.07,
    noise=1.1,
    gain_drift=0.002,
    field_drift=0.005,
)


class DriftingArray:
    """An array whose readout and whose field calibration change while it is used."""

    def __init__(self, array: NanoringArray, clock: SimulatedClock, how: Mismatch) -> None:
        self._array, self._clock, self._how = array, clock, how
        self.contacts = array.contacts

    def advance(self, field_xy: np.ndarray, dt: float) -> np.ndarray:
        """Advance through field (tick, 2) T and return resistance (tick, contact) ohm."""
        age = self._clock.now() / 1000
        field = field_xy * (1 + self._how.field_drift * age)
        gain = self._how.gain * (1 + self._how.gain_drift * age)
        return self._array.advance(field, dt) * gain + self._how.offset_ohm


@contextmanager
def open_specimen(how: Mismatch, age_s: float, seed: int) -> Iterator[Any]:
    """Open the setup of a bench with this specimen, `age_s` into its life; `seed` is that of all noise."""
    usual, clock = NanoringParameters(), SimulatedClock()
    parameters = replace(
        usual,
        depinning_field_spread_t=usual.depinning_field_spread_t * how.spread,
        depinning_field_t=usual.depinning_field_t * how.depinning,
        roughness_t=usual.roughness_t * how.roughness,
    )
    array = NanoringArray(seed=how.disorder_seed, thermal_seed=seed, parameters=parameters)
    noise = ReadoutNoise(
        *(how.noise * volts for volts in (WHITE_V, PINK_V, MAINS_V)), seed=seed, contacts=array.contacts
    )
    bench = open_bench("nanoring", clock=clock, sample=DriftingArray(array, clock, how), noise=noise)
    try:
        with open_setup(load_setup("sim:nanoring"), visa_library=bench.visa_library, clock=clock) as setup:
            clock.sleep(age_s)
            yield setup
    finally:
        bench.close()


def seed_of(session: BenchSession, seed: int = 0) -> int:
    """Give every session of every loop noise of its own, the same each time it is made."""
    return zlib.crc32(f"{seed} {session.round} {session.stage} {session.age_s:.3f}".encode()) % 2**31
