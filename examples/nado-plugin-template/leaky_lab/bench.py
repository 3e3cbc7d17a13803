"""The simulated box: the device behind it, the instrument in front of it, the bench around both.

tau dx/dt = tanh(V / 1 V) (1/2 + P / 1 mW) - x, once with a fast and once with a slow tau; the light also
moves the fast level: x then relaxes within tau / (1 + P / 1 mW).
"""

import threading
from typing import ClassVar

import numpy as np
from nado_lab.sim_backend.clock import Clock
from nado_lab.sim_backend.conditions import Conditions
from nado_lab.sim_backend.noise import ReadoutNoise, derived_seed
from nado_lab.sim_backend.scpi import ScpiDevice, boolean, command, number
from nado_lab.sim_backend.world import World

ADDRESS = "GPIB99::25::INSTR"
TAU_S = np.array([0.02, 0.06])
SAMPLE_S = 1e-3
WATTS = 1e-3


class Integrator:
    """Two leaky integrators (level,) in V; thermal agitation moves them by `agitation_v` in a tau."""

    def __init__(self, agitation_v: float, seed: int):
        self.level, self.agitation_v = np.zeros(2), agitation_v
        self._rng = np.random.default_rng(seed)

    def set_temperature(self, kelvin: float) -> None:
        """Ignore the temperature: this model does not depend on it."""

    def states(self) -> dict[str, tuple[np.ndarray, str]]:
        """Name the inner states, for the dashboard's simulator panel."""
        return {"level": (self.level, "V")}

    def advance(self, volts: float, watts: float, dt: float) -> None:
        """Run for `dt` s with both inputs held; exact for any `dt`."""
        rate = np.array([1 + watts / WATTS, 1.0]) / TAU_S
        keep = np.exp(-rate * dt)
        target = np.tanh(volts) * (0.5 + watts / WATTS)
        kick = self.agitation_v * np.sqrt(1 - keep**2) * self._rng.standard_normal(2)
        self.level = target + (self.level - target) * keep + kick


class LeakyWorld(World[Integrator]):
    """The integrator at one time, driven by what the box holds."""

    box: "SimulatedBox"

    def __init__(self, clock: Clock, sample: Integrator, noise: ReadoutNoise):
        self.clock, self.sample, self.noise = clock, sample, noise
        self.lock, self.conditions, self.time = threading.RLock(), Conditions(), clock.now()

    def advance(self) -> None:
        """Run the world up to the bench time; what the box holds has not changed since."""
        with self.lock:
            now = self.clock.now()
            self.sample.advance(*self.box.inputs(), now - self.time)
            self.time = now

    def read(self) -> np.ndarray:
        """Return what the box would show (level,) in V, with noise and drift."""
        noise = self.conditions.noise_scale * self.noise.sample(self.time, SAMPLE_S, 1)[0]
        gain, offset = self.conditions.gain(self.time), self.conditions.offset_v(self.time)
        return gain * (self.sample.level + noise) + offset


class SimulatedBox(ScpiDevice):
    """Speak the box's dialect."""

    identity = "ACME,LEAKY,0001,1.0"
    reply_s = 1e-4
    settings: ClassVar = (
        number("VOLTage", "voltage", 0.0, 0.0, 5.0),
        number("LIGHt", "light", 0.0, 0.0, 1e-3),
        boolean("OUTPut", "output"),
    )

    def __init__(self, clock: Clock, world: LeakyWorld):
        super().__init__(clock)
        self.world = world

    def inputs(self) -> tuple[float, float]:
        """Return voltage and light at the device."""
        return (self.get("voltage"), self.get("light")) if self.get("output") else (0.0, 0.0)

    @command("LEVel?")
    def _levels(self) -> str:
        return ",".join(f"{level:.6e}" for level in self.world.read())


def build(
    clock: Clock,
    specimen: int,
    *,
    noise_seed: int | None = None,
    white_v: float = 2e-3,
    agitation_v: float = 5e-3,
) -> tuple[LeakyWorld, dict[str, tuple[str, ScpiDevice]]]:
    """Build world and instruments; `noise_seed` gives the same specimen other noise (None: its own)."""
    seed = specimen if noise_seed is None else derived_seed(specimen, noise_seed)
    noise = ReadoutNoise(white_v=white_v, seed=seed, contacts=2)
    world = LeakyWorld(clock, Integrator(agitation_v, seed + 1), noise)
    world.box = SimulatedBox(clock, world)
    return world, {"box": (ADDRESS, world.box)}
