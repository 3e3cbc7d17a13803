"""The bench of delay oscillators: one node on a generator and a digitiser, more on channels of an NI card."""

from nado_lab.sim_backend.benches.delay_oscillator.world import OscillatorWorld
from nado_lab.sim_backend.clock import Clock
from nado_lab.sim_backend.daqmx import DaqChannels, DaqInput, DaqOutput
from nado_lab.sim_backend.devices import KeithleyDMM6500, Keysight33500
from nado_lab.sim_backend.noise import ReadoutNoise, derived_seed
from nado_lab.sim_backend.samples.delay_oscillator import DelayOscillator, audio
from nado_lab.sim_backend.samples.delay_oscillator.parameters import AUDIO_GAIN, AUDIO_HZ, COUPLING
from nado_lab.sim_backend.scpi import ScpiDevice

GENERATOR = "USB0::0x0957::0x2C07::SIMULATED::INSTR"
DIGITISER = "TCPIP0::dmm51.invalid::inst0::INSTR"
CARD = "SIMULATED"
Devices = dict[str, tuple[str, ScpiDevice | DaqChannels]]


def build(  # noqa: PLR0913  (the options of [simulation])
    clock: Clock,
    specimen: int,
    *,
    noise_seed: int | None = None,
    sample: DelayOscillator | None = None,
    nodes: int = 1,
    gain: float = AUDIO_GAIN,
    coupling: float = COUPLING,
    sample_hz: float = AUDIO_HZ,
    white_v: float = 1e-4,
    pink_v: float = 5e-5,
    mains_v: float = 5e-5,
    readout_bits: int = 0,
) -> tuple[OscillatorWorld, Devices]:
    """Build world and instruments; ``sample`` may be given, else it is the audio loop by ``specimen``.

    ``sample_hz`` is the loop's own rate: a card keeps step with it if that divides the 100 MHz of its clock.
    ``noise_seed`` gives the same specimen other noise and another drift of its phase; None: its own.
    """
    other = specimen if noise_seed is None else derived_seed(specimen, noise_seed)
    if sample is None:
        sample = DelayOscillator(audio(nodes, gain, coupling, sample_hz), specimen, noise_seed=other)
    noise = ReadoutNoise(white_v=white_v, pink_v=pink_v, mains_v=mains_v, seed=other, contacts=sample.nodes)
    world = OscillatorWorld(clock, sample, noise, readout_bits)
    return world, _on_a_generator(clock, world) if sample.nodes == 1 else _on_a_card(clock, world)


def _on_a_generator(clock: Clock, world: OscillatorWorld) -> Devices:
    generator, digitiser = Keysight33500(clock, world), KeithleyDMM6500(clock, world, 0)
    world.source, world.digitisers = generator, [digitiser]
    return {"generator": (GENERATOR, generator), "digitiser": (DIGITISER, digitiser)}


def _on_a_card(clock: Clock, world: OscillatorWorld) -> Devices:
    nodes = world.sample.nodes
    outputs, inputs = DaqOutput(clock, world, 2 * nodes, CARD), DaqInput(clock, world, nodes, CARD)
    world.source, world.digitisers = outputs, [inputs]
    return {"output": (outputs.address, outputs), "input": (inputs.address, inputs)}
