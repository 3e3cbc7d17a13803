"""The bench of a spin-vortex ice: supply and magnet, gaussmeter, microwaves, lock-in, field modulation."""

import numpy as np
from nado_lab.sim_backend.benches.spin_vortex_ice.world import IceSample, SpinVortexIceWorld
from nado_lab.sim_backend.clock import Clock
from nado_lab.sim_backend.devices import (
    SR830,
    SR860,
    KepcoBOP,
    Keysight8257D,
    KeysightE5071C,
    LakeShore335,
    LakeShore425,
)
from nado_lab.sim_backend.noise import derived_seed
from nado_lab.sim_backend.scpi import ScpiDevice

SUPPLY = "GPIB99::6::INSTR"
GAUSSMETER = "GPIB99::15::INSTR"
MICROWAVE = "GPIB99::19::INSTR"
LOCKINS = {"sr860": ("GPIB99::4::INSTR", SR860), "sr830": ("GPIB99::8::INSTR", SR830)}
TESLA_PER_AMPERE = 6e-3
LAG_S = 5e-3
ANALYSER = "GPIB99::20::INSTR"
THERMOMETER = "GPIB99::17::INSTR"
PROBE_NOISE_T = 5e-6


def build(  # noqa: PLR0913  (the options of [simulation])
    clock: Clock,
    specimen: int,
    *,
    noise_seed: int | None = None,
    sample: IceSample | None = None,
    preset: str = "WM",
    size: int = 20,
    run: int = 0,
    lockin: str = "sr860",
) -> tuple[SpinVortexIceWorld, dict[str, tuple[str, ScpiDevice]]]:
    """Build world and instruments; ``sample`` may be given, else it is a preset (MS, WM, PW) by ``specimen``.

    ``noise_seed`` gives the same specimen other noise, thermal and of the spectra; None: its own.
    """
    if lockin not in LOCKINS:
        raise ValueError(f"no lock-in {lockin!r}; there are {', '.join(LOCKINS)}")
    ice = _default_sample(preset, size, specimen, run, noise_seed) if sample is None else sample
    other = specimen if noise_seed is None else derived_seed(specimen, noise_seed)
    world = SpinVortexIceWorld(clock, ice, TESLA_PER_AMPERE, LAG_S, other)
    rng = np.random.default_rng([specimen, 11])
    address, lockin_class = LOCKINS[lockin]
    world.supply = KepcoBOP(clock, world, 0)
    world.microwave = Keysight8257D(clock, world)
    world.lockin = lockin_class(clock, world)
    world.analyser = KeysightE5071C(clock, world)
    probe = LakeShore425(clock, world, lambda: PROBE_NOISE_T * rng.normal())
    devices: dict[str, tuple[str, ScpiDevice]] = {
        "supply": (SUPPLY, world.supply),
        "gaussmeter": (GAUSSMETER, probe),
        "microwave": (MICROWAVE, world.microwave),
        "lockin": (address, world.lockin),
        "analyser": (ANALYSER, world.analyser),
        "thermometer": (THERMOMETER, LakeShore335(clock, world.conditions)),
    }
    return world, devices


def _default_sample(preset: str, size: int, seed: int, run: int, noise_seed: int | None) -> IceSample:
    from nado_lab.sim_backend.samples.spin_vortex_ice import SpinVortexIce

    return SpinVortexIce(preset, size, seed, run=run, noise_seed=noise_seed)
