"""Memristors side by side as a sample on a bench: volts in, amperes out, each device by itself."""

from dataclasses import replace

import numpy as np
from nado_lab.sim_backend.samples.memristor_array import film, pair
from nado_lab.sim_backend.samples.memristor_array.parameters import (
    BOLTZMANN_EV,
    ROOM_K,
    FilmConstants,
    PairConstants,
    wox,
)
from nado_lab.sim_backend.samples.stream import seeded_words

ACTIVATION_EV = 0.3
"""By which forgetting speeds up with the temperature (assumed: a filament that dissolves by diffusion)."""
SHARE = 0.1
_SPREAD_ROWS = ("growth", "tau", "gamma")


class MemristorArray:
    """Devices side by side; `seed` draws their constants, `noise_seed` cycles and traps (None: the seed).

    `quiet` leaves out all spread and noise: the equations alone.
    """

    def __init__(
        self,
        constants: FilmConstants | PairConstants | None = None,
        devices: int = 8,
        seed: int = 0,
        *,
        noise_seed: int | None = None,
        quiet: bool = False,
        share: float = SHARE,
    ) -> None:
        if devices < 1:
            raise ValueError(f"expected one device or more, got {devices}")
        chosen = constants or wox()
        self.constants = replace(chosen, disturbance=chosen.disturbance.quiet()) if quiet else chosen
        self.devices, self.share = devices, share
        self.has_film = isinstance(self.constants, FilmConstants)
        self.matrix = self._drawn(np.random.default_rng([seed, 41]))
        self._cold_tau = self.matrix[self._row("tau")].copy()
        self._words = seeded_words(seed if noise_seed is None else noise_seed, devices)
        self._disturbance = self._disturbances()
        self._cycle, self._trap = np.zeros(devices), np.zeros(devices)
        self.broken_ohm = np.zeros(devices)
        self.state = np.zeros((2, devices))
        self.forget()

    def _row(self, name: str) -> int:
        return (film.ROWS if self.has_film else pair.ROWS).index(name)

    def _drawn(self, rng: np.random.Generator) -> np.ndarray:
        """Return the constants (row, device), each device with its own."""
        rows = film.ROWS if self.has_film else pair.ROWS
        values = [np.resize(np.asarray(getattr(self.constants, name), float), self.devices) for name in rows]
        matrix = np.array(values)
        for name in _SPREAD_ROWS if self.has_film else ():
            factor = np.exp(self.constants.disturbance.spread * rng.standard_normal(self.devices))
            matrix[self._row(name)] *= factor
        return matrix

    def _disturbances(self) -> np.ndarray:
        chosen = self.constants.disturbance
        return np.array(
            [
                chosen.cycle,
                chosen.cycle_time_s,
                chosen.trap_height,
                chosen.trap_filled_s,
                chosen.trap_empty_s,
            ]
        )

    # -- the state ---------------------------------------------------------------------------

    def forget(self) -> None:
        """Begin where no voltage has been applied for long; what is broken stays broken."""
        self.state[:] = self.matrix[self._row("least" if self.has_film else "rest")]

    @property
    def broken(self) -> np.ndarray:
        """Which devices (device,) a current beyond their limit has destroyed: a short is left of them."""
        return self.broken_ohm > 0

    @property
    def tau_s(self) -> np.ndarray:
        """The longest time constant (device,) in s: what a rest must be long against."""
        return self.matrix[self._row("tau" if self.has_film else "tau0")]

    def states(self) -> dict[str, tuple[np.ndarray, str]]:
        """Name the inner states (device,) as they are now, and which devices are broken."""
        inner = {"w": self.state[0]} if self.has_film else {"g": self.state[0], "g0": self.state[1]}
        found = {name: (values.copy(), "") for name, values in inner.items()}
        return found | {"broken": (self.broken.astype(float), "")}

    def set_temperature(self, kelvin: float) -> None:
        """Warm or cool the devices to ``kelvin`` K: they forget faster or slower."""
        exponent = ACTIVATION_EV / BOLTZMANN_EV * (1 / kelvin - 1 / ROOM_K)
        self.matrix[self._row("tau")] = self._cold_tau * np.exp(exponent)

    def amperes(self, volts: float) -> np.ndarray:
        """Return the current (device,) in A that ``volts`` V drives in the present state; nothing changes."""
        rows = dict(zip(film.ROWS if self.has_film else pair.ROWS, self.matrix, strict=True))
        if self.has_film:
            w = np.minimum(self.state[0] + self.constants.disturbance.trap_height * self._trap, rows["most"])
            low = rows["alpha"] * (1 - np.exp(-rows["beta"] * volts))
            found = (1 - w) * low + w * rows["gamma"] * np.sinh(rows["delta"] * volts)
        else:
            k3 = rows["k3"] * (1 + self.constants.disturbance.cycle * self._cycle)
            found = k3 * self.state[0] * np.exp(rows["k4"] * volts) * (volts >= pair.OFF_V)
        return np.where(self.broken, volts / np.where(self.broken, self.broken_ohm, 1.0), found)

    # -- time --------------------------------------------------------------------------------

    def advance(self, volts: np.ndarray, dt: float, limits: np.ndarray | None = None) -> np.ndarray:
        """Return the current (tick, device) in A at the begin of each tick of ``dt`` s at volts held in it.

        limits (device,): compliance of what drives each device in A; None: nothing limits the current.
        """
        volts = np.ascontiguousarray(volts, float)
        if volts.ndim != 2 or volts.shape[1] != self.devices:
            raise ValueError(f"expected volts (tick, {self.devices}), got {volts.shape}")
        most = np.full(self.devices, np.inf) if limits is None else np.asarray(limits, float)
        amperes = np.empty_like(volts)
        common = (self._words, volts, dt, most, self._disturbance, self.share, amperes)
        if self.has_film:
            state = (self.state[0], self._cycle, self._trap, self.broken_ohm)
            film.run_film(self.matrix, *state, *common)
        else:
            state = (self.state[0], self.state[1], self._cycle, self.broken_ohm)
            pair.run_pair(self.matrix, *state, *common)
        return amperes
