"""The nanoring array as a sample on a bench, and many replicas of it at once."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from nado_lab.sim_backend.samples.nanoring.build import build_model
from nado_lab.sim_backend.samples.nanoring.depinning import depinning_table
from nado_lab.sim_backend.samples.nanoring.kernel import (
    Walls,
    advance_walls,
    empty_walls,
    wall_segments,
)
from nado_lab.sim_backend.samples.nanoring.kernel.walls import WALL_COUNT
from nado_lab.sim_backend.samples.nanoring.magnetisation import net_moment
from nado_lab.sim_backend.samples.nanoring.parameters import NanoringParameters
from nado_lab.sim_backend.samples.stream import seeded_words


class NanoringState(NamedTuple):
    """Snapshot for drawing; `segment` counts anticlockwise from +x."""

    wall_segment: np.ndarray
    """(…, ring, 2): segment of the head-to-head and of the tail-to-tail wall, -1 without."""
    circulation: np.ndarray
    """(…, ring): +1 anticlockwise or -1 clockwise vortex, 0 for a ring with walls."""
    size: int
    segments: int


class NanoringReplicas:
    """Hold replicas of one array (same disorder), each with a thermal stream of its own.

    `seed` draws the disorder, `thermal_seed` the thermal streams; `threads` advance replicas side by side.
    """

    def __init__(  # noqa: PLR0913
        self,
        replicas: int,
        size: int = 10,
        segments: int = 64,
        seed: int = 0,
        contacts: int = 2,
        *,
        thermal_seed: int = 0,
        threads: int = 1,
        parameters: NanoringParameters | None = None,
    ) -> None:
        if size < 1 or replicas < 1 or contacts < 0:
            raise ValueError(
                f"expected size >= 1, replicas >= 1, contacts >= 0, got {size}, {replicas}, {contacts}"
            )
        if segments % 4 or segments < 8:
            raise ValueError(f"expected segments as a multiple of 4, at least 8, got {segments}")
        self.size, self.segments, self.contacts = size, segments, contacts
        self.replicas, self.threads = replicas, threads
        self.parameters = parameters or NanoringParameters()
        self._model = build_model(size, segments, seed, contacts, self.parameters)
        self._dt = 0.0
        junctions = len(self._model.axis)
        self._walls = empty_walls(
            replicas, size * size, junctions, contacts, seeded_words(thermal_seed, replicas)
        )
        self.saturate(np.pi / 2)

    def advance(self, field_xy: np.ndarray, dt: float) -> np.ndarray:
        """Advance through field (tick, 2) or (replica, tick, 2) T on a grid of dt s; return ohm."""
        field = np.ascontiguousarray(field_xy, dtype=np.float64)
        if field.shape[-1:] != (2,) or field.ndim not in (2, 3):
            raise ValueError(f"expected field (tick, 2) or (replica, tick, 2) in T, got shape {field.shape}")
        field = np.broadcast_to(field, (self.replicas, *field.shape[-2:]))
        self._set_tick(dt)
        resistance = np.empty((self.replicas, field.shape[1], self.contacts))
        jobs = zip(self._each(), field, resistance, strict=True)
        self._run([(walls, self._model, part, out) for walls, part, out in jobs])
        return resistance

    def saturate(self, angle: float) -> None:
        """Put every ring of every replica into an onion along an angle (rad)."""
        strong = 1.01 * self.parameters.saturation_t
        self.advance(strong * np.array([[np.cos(angle), np.sin(angle)]]), self._dt or 1.0)

    def set_temperature(self, kelvin: float) -> None:
        """Depin at ``kelvin`` K > 0 from the next tick on."""
        self.parameters = replace(self.parameters, temperature_k=kelvin)
        if self._dt:
            self._model = self._model._replace(table=depinning_table(self._dt, self.parameters))

    @property
    def magnetisation(self) -> np.ndarray:
        """Net moment (replica, 2) in units of all rings as onions."""
        return net_moment(self._wall_segments(), self.segments)

    @property
    def wall_population(self) -> np.ndarray:
        """Share (replica,) of the possible walls that exist, 0 to 1."""
        return self._walls.scalars[:, WALL_COUNT] / (2 * self.size**2)

    def state(self) -> NanoringState:
        """Return where the walls are and how the vortices turn, with a leading replica axis."""
        segment = self._wall_segments()
        circulation = np.where(segment[..., 0] < 0, self._walls.circulation, 0)
        return NanoringState(segment, circulation, self.size, self.segments)

    def _each(self) -> list[Walls]:
        return [Walls(*parts) for parts in zip(*self._walls, strict=True)]

    def _set_tick(self, dt: float) -> None:
        if not dt > 0:
            raise ValueError(f"expected a tick dt > 0 s, got {dt}")
        if dt != self._dt:
            self._model = self._model._replace(table=depinning_table(dt, self.parameters))
            self._dt = dt

    def _run(self, jobs: list[tuple]) -> None:
        threads = min(self.threads, len(jobs), os.cpu_count() or 1)
        if threads <= 1:
            for job in jobs:
                advance_walls(*job)
            return
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda job: advance_walls(*job), jobs))

    def _wall_segments(self) -> np.ndarray:
        segment = np.empty((self.replicas, self.size**2, 2), np.int64)
        for walls, out in zip(self._each(), segment, strict=True):
            wall_segments(walls, self._model, out)
        return segment


class NanoringArray:
    """Be one array on a bench: `NanoringReplicas` with a single replica and no replica axis."""

    def __init__(
        self,
        size: int = 10,
        segments: int = 64,
        seed: int = 0,
        contacts: int = 2,
        *,
        thermal_seed: int | None = None,
        parameters: NanoringParameters | None = None,
    ) -> None:
        stream = seed if thermal_seed is None else thermal_seed
        self._one = NanoringReplicas(
            1, size, segments, seed, contacts, thermal_seed=stream, parameters=parameters
        )
        self.size, self.segments, self.contacts = size, segments, contacts
        self.parameters = self._one.parameters

    def advance(self, field_xy: np.ndarray, dt: float) -> np.ndarray:
        """Advance through field (tick, 2) T on a grid of dt s and return resistance (tick, contact) ohm."""
        return self._one.advance(np.reshape(field_xy, (-1, 2)), dt)[0]

    def saturate(self, angle: float) -> None:
        """Put every ring into an onion along an angle (rad)."""
        self._one.saturate(angle)

    def set_temperature(self, kelvin: float) -> None:
        """Depin at ``kelvin`` K > 0 from the next tick on."""
        self._one.set_temperature(kelvin)
        self.parameters = self._one.parameters

    @property
    def magnetisation(self) -> np.ndarray:
        """Net moment (2,) in units of all rings as onions."""
        return self._one.magnetisation[0]

    @property
    def wall_population(self) -> float:
        """Share of the possible walls that exist, 0 to 1."""
        return float(self._one.wall_population[0])

    def state(self) -> NanoringState:
        """Return where the walls are and how the vortices turn."""
        many = self._one.state()
        return many._replace(wall_segment=many.wall_segment[0], circulation=many.circulation[0])
