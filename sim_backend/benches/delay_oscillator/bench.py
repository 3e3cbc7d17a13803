"""The bench of a delay oscillator: a generator on modulator and bias, a digitiser on the photodiode."""

from nado_lab.sim_backend.benches.delay_oscillator.world import OscillatorWorld
from nado_lab.sim_backend.clock import Clock
from nado_lab.sim_backend.devices import KeithleyDMM6500, Keysight33500
from nado_lab.sim_backend.noise import ReadoutNoise, derived_seed
from nado_lab.sim_backend.samples.delay_oscillator import DelayOscillator, audio
from nado_lab.sim_backend.scpi import ScpiDevice

GENERATOR = "USB0::0x0957::0x2C07::SIMULATED::INSTR"
DIGITISER = "TCPIP0::dmm51.invalid::inst0::INSTR"


def build(  # noqa: PLR0913  (the options of [simulation])
    clock: Clock,
    specimen: int,
    *,
    noise_seed: int | None = None,
    sample: DelayOscillator | None = None,
    gain: float = -0.8,
    white_v: float = 1e-4,
    pink_v: float = 5e-5,
    mains_v: float = 5e-5,
    readout_bits: int = 0,
) -> tuple[OscillatorWorld, dict[str, tuple[str, ScpiDevice]]]:
    """Build world and instruments; ``sample`` may be given, else it is the audio loop by ``specimen``.

    ``noise_seed`` gives the same specimen other noise and another drift of its phase; None: its own.
    """
    other = specimen if noise_seed is None else derived_seed(specimen, noise_seed)
    if sample is None:
        sample = DelayOscillator(audio(gain=gain), specimen, noise_seed=other)
    noise = ReadoutNoise(white_v=white_v, pink_v=pink_v, mains_v=mains_v, seed=other, contacts=sample.nodes)
    world = OscillatorWorld(clock, sample, noise, readout_bits)
    generator, digitiser = Keysight33500(clock, world), KeithleyDMM6500(clock, world, 0)
    world.source, world.digitisers = generator, [digitiser]
    return world, {"generator": (GENERATOR, generator), "digitiser": (DIGITISER, digitiser)}
