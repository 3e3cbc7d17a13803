"""The nanoring bench: generator, two bipolar supplies, current source and one digitiser a contact pair."""

import numpy as np
from nado_lab.sim_backend.benches.nanoring.coils import Coil, CoilPair
from nado_lab.sim_backend.benches.nanoring.world import NanoringWorld, Noise, Sample
from nado_lab.sim_backend.clock import Clock
from nado_lab.sim_backend.devices import (
    Keithley6221,
    KeithleyDMM6500,
    KepcoBOP,
    Keysight33500,
    LakeShore335,
    LakeShore425,
)
from nado_lab.sim_backend.noise import derived_seed
from nado_lab.sim_backend.scpi import ScpiDevice

GENERATOR = "USB0::0x0957::0x2C07::SIMULATED::INSTR"
SUPPLIES = {"supply_x": "GPIB99::6::INSTR", "supply_y": "GPIB99::7::INSTR"}
SOURCE = "GPIB99::12::INSTR"
DIGITISER = "TCPIP0::dmm{host}.invalid::inst0::INSTR"
MONITOR_HOST = 41
GAUSSMETERS = ("GPIB99::15::INSTR", "GPIB99::16::INSTR")
THERMOMETER = "GPIB99::17::INSTR"
PROBE_NOISE_T = 5e-6
ROTATION_HZ = 37.0
SEGMENTS = 64


def build(  # noqa: PLR0913  (the options of [simulation])
    clock: Clock,
    specimen: int,
    *,
    noise_seed: int | None = None,
    sample: Sample | None = None,
    noise: Noise | None = None,
    size: int = 10,
    contacts: int = 2,
    white_v: float = 2e-6,
    pink_v: float = 1e-6,
    mains_v: float = 1e-6,
    coils: tuple[Coil, Coil] = (Coil(), Coil()),
    ambient_t: tuple[float, float] = (0.0, 0.0),
) -> tuple[NanoringWorld, dict[str, tuple[str, ScpiDevice]]]:
    """Build world and instruments; ``sample`` and ``noise`` may be given, else they follow ``specimen``.

    ``noise_seed`` gives the same specimen other noise, thermal and of the readout; None: its own.
    """
    tick_s = 1 / (ROTATION_HZ * SEGMENTS)
    if sample is None:
        sample = _default_sample(size, contacts, specimen, noise_seed or 0)
    if noise is None:
        other = specimen if noise_seed is None else derived_seed(specimen, noise_seed)
        noise = _default_noise(white_v, pink_v, mains_v, other, sample.contacts)
    world = NanoringWorld(clock, sample, noise, CoilPair(*coils), tick_s)
    world.ambient = np.array(ambient_t)
    world.probe_noise_t, world.probe_rng = PROBE_NOISE_T, np.random.default_rng([specimen, 14])
    world.generator, world.source = Keysight33500(clock, world), Keithley6221(clock)
    devices: dict[str, tuple[str, ScpiDevice]] = {
        "generator": (GENERATOR, world.generator),
        "source": (SOURCE, world.source),
    }
    for axis, (role, address) in enumerate(SUPPLIES.items()):
        devices[role] = (address, KepcoBOP(clock, world, axis))
        monitor = KeithleyDMM6500(clock, world, sample.contacts + axis)
        devices[f"monitor_{'xy'[axis]}"] = (DIGITISER.format(host=MONITOR_HOST + axis), monitor)
        probe = _Probe(world, axis, np.random.default_rng([specimen, 13, axis]))
        devices[f"gaussmeter_{'xy'[axis]}"] = (GAUSSMETERS[axis], LakeShore425(clock, probe, probe.noise))
    for contact in range(sample.contacts):
        address = DIGITISER.format(host=21 + contact)
        devices[f"digitiser_{contact}"] = (address, KeithleyDMM6500(clock, world, contact))
    devices["thermometer"] = (THERMOMETER, LakeShore335(clock, world.conditions))
    made = [device for _, device in devices.values()]
    world.supplies = [device for device in made if isinstance(device, KepcoBOP)]
    world.digitisers = [device for device in made if isinstance(device, KeithleyDMM6500)]
    return world, devices


class _Probe:
    """The probe of a gaussmeter along one axis."""

    def __init__(self, world: NanoringWorld, axis: int, rng: np.random.Generator):
        self.world, self.axis, self.rng = world, axis, rng

    def field_at_probe(self) -> float:
        """Return the field in T along the probe."""
        return self.world.field_at_probe(self.axis)

    def noise(self) -> float:
        """Return the noise of one reading in T."""
        return PROBE_NOISE_T * self.rng.normal()


def _default_sample(size: int, contacts: int, seed: int, thermal_seed: int) -> Sample:
    from nado_lab.sim_backend.samples.nanoring import NanoringArray

    return NanoringArray(size=size, contacts=contacts, seed=seed, thermal_seed=thermal_seed)


def _default_noise(white_v: float, pink_v: float, mains_v: float, seed: int, contacts: int) -> Noise:
    from nado_lab.sim_backend.noise import ReadoutNoise

    return ReadoutNoise(white_v=white_v, pink_v=pink_v, mains_v=mains_v, seed=seed, contacts=contacts)
