"""The fast kernel in law against a slow, plain array that visits every ring in every tick."""

import numpy as np
import pytest
from nado_lab.sim_backend.samples.nanoring import (
    OERSTED_T,
    NanoringParameters,
    depinning_probability,
    simulate_rotations,
)

DT = 1 / (37 * 64)
SEGMENTS, QUARTER = 64, 16
CLOCKWISE, ANTICLOCKWISE = -1, 1


class ReferenceRings:
    """Rings as [head, tail] segments or a circulation; contacts and junctions found by coordinates."""

    def __init__(self, size: int, seed: int, dt: float) -> None:
        self.parameters = NanoringParameters()
        self.size, self.dt, self.rng = size, dt, np.random.default_rng(seed)
        cells = [(row, column) for row in range(size) for column in range(size)]
        self.rings: dict = {cell: [QUARTER, 3 * QUARTER] for cell in cells}
        self.junctions = {}
        for row, column in cells:
            for contact, other in ((0, (row, column + 1)), (1, (row + 1, column))):
                if other in self.rings:
                    limit = self.rng.normal(55e-4, 1e-4)
                    self.junctions[(row, column), contact, other] = limit
        shape = (size, size, 4)
        self.roughness = self.rng.normal(20e-4, 0.5e-4, shape)

    def tick(self, field: float, head_minimum: int) -> None:
        """Depin, move, annihilate, nucleate."""
        old = {cell: list(ring) if isinstance(ring, list) else ring for cell, ring in self.rings.items()}
        minima = (head_minimum, (head_minimum + 32) % SEGMENTS)
        staying, released = self._depin(old, field, head_minimum)
        left = set()
        for cell, ring in self.rings.items():
            if not isinstance(ring, list):
                continue
            for wall in range(2):
                if (cell, old[cell][wall]) in staying:
                    continue
                if (cell, old[cell][wall]) in released:
                    left.add(released[cell, old[cell][wall]])
                ring[wall] = self._goal(old[cell][wall], minima[wall], old[cell][wall] == 2 * QUARTER)
            if ring[0] == ring[1]:
                clockwise = (old[cell][1] - old[cell][0]) % SEGMENTS
                self.rings[cell] = CLOCKWISE if clockwise > 32 else ANTICLOCKWISE
        self._nucleate(left, minima)

    def population(self) -> float:
        """Share of walls that exist."""
        return sum(isinstance(ring, list) for ring in self.rings.values()) / len(self.rings)

    def _depin(self, old: dict, field: float, minimum: int) -> tuple[set, dict]:
        staying, released = set(), {}
        for (first, contact, second), limit in self.junctions.items():
            near, far = contact * QUARTER, (contact + 2) * QUARTER
            ends = [
                (cell, place)
                for cell, place in ((first, near), (second, far))
                if isinstance(old[cell], list) and place in old[cell]
            ]
            if not ends:
                continue
            pull = field * abs(np.sin(2 * np.pi * (minimum - near) / SEGMENTS))
            chance = depinning_probability(pull, len(ends), self.dt, self.parameters, limit)
            opens = self.rng.random() < chance
            for cell, place in ends:
                if opens and pull > self.roughness[cell][place // QUARTER]:
                    released[cell, place] = (first, contact, second)
                else:
                    staying.add((cell, place))
        return staying, released

    def _nucleate(self, left: set, minima: tuple[int, int]) -> None:
        for first, contact, second in sorted(left):
            near, far = contact * QUARTER, (contact + 2) * QUARTER
            if self._circulation(first, near) != self._circulation(second, far):
                continue
            for cell, place in ((first, near), (second, far)):
                if not isinstance(self.rings[cell], list):
                    self.rings[cell] = [self._goal(place, minimum, True) for minimum in minima]

    def _circulation(self, cell: tuple, place: int) -> int:
        ring = self.rings[cell]
        if not isinstance(ring, list):
            return ring
        if place in ring:
            return 0
        inside = (place - ring[0]) % SEGMENTS < (ring[1] - ring[0]) % SEGMENTS
        return CLOCKWISE if inside else ANTICLOCKWISE

    @staticmethod
    def _goal(place: int, minimum: int, limited: bool) -> int:
        way = (minimum - place) % SEGMENTS
        if not limited or way <= QUARTER or way >= 3 * QUARTER:
            return minimum
        return (place + (QUARTER if way < 32 else -QUARTER)) % SEGMENTS


def test_population_follows_the_plain_model_in_law() -> None:
    size, rotations, seeds = 5, 6, range(14)
    minimum = (16 + np.arange(1, 64 * rotations + 1)) % 64
    plain = []
    for seed in seeds:
        rings = ReferenceRings(size, seed, DT)
        for segment in minimum:
            rings.tick(26 * OERSTED_T, int(segment))
        plain.append(rings.population())
    fast = [simulate_rotations(size, [(26, rotations)], seed)["population"][-1] for seed in range(400)]
    error = np.hypot(np.std(plain) / np.sqrt(len(plain)), np.std(fast) / np.sqrt(len(fast)))
    assert np.mean(plain) == pytest.approx(np.mean(fast), abs=4 * error)
    assert error < 0.1
