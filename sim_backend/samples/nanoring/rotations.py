"""Rotate the field around an array and report moment and walls after each rotation."""

import time
from collections.abc import Sequence

import numpy as np
from nado_lab.sim_backend.samples.nanoring.array import NanoringArray
from nado_lab.sim_backend.samples.nanoring.parameters import OERSTED_T, NanoringParameters


def simulate_rotations(
    size: int,
    blocks: Sequence[tuple[float, int]],
    seed: int = 0,
    *,
    segments: int = 64,
    rotation_hz: float = 37.0,
    parameters: NanoringParameters | None = None,
) -> dict:
    """Drive blocks of (field Oe, rotations) from onions along y: {"m", "population", "ticks_per_s"}.

    One entry of m (|M|, 1 at the start) and of population (0 to 1) for each rotation, taken at its end.
    """
    array = NanoringArray(size, segments, seed, contacts=0, parameters=parameters)
    dt = 1 / (rotation_hz * segments)
    array.advance(np.zeros((1, 2)), dt)  # compile and fill the tables before the clock runs
    turn = _one_rotation(segments)
    moments, populations, spent = [], [], 0.0
    for field_oe in np.repeat([oe for oe, _ in blocks], [count for _, count in blocks]):
        start = time.perf_counter()
        array.advance(field_oe * OERSTED_T * turn, dt)
        spent += time.perf_counter() - start
        moments.append(float(np.hypot(*array.magnetisation)))
        populations.append(array.wall_population)
    ticks = len(moments) * segments
    return {"m": moments, "population": populations, "ticks_per_s": ticks / spent if spent else 0.0}


def _one_rotation(segments: int) -> np.ndarray:
    angle = np.pi / 2 + 2 * np.pi * np.arange(1, segments + 1) / segments
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)
