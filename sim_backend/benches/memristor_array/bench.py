"""The bench of memristors: an NI card's outputs and inputs with transimpedance, or one device on a meter."""

from nado_lab.sim_backend.benches.memristor_array.load import MemristorLoad
from nado_lab.sim_backend.benches.memristor_array.world import MemristorWorld
from nado_lab.sim_backend.clock import Clock
from nado_lab.sim_backend.daqmx import DaqChannels, DaqInput, DaqOutput
from nado_lab.sim_backend.devices import Keithley2600
from nado_lab.sim_backend.noise import ReadoutNoise, derived_seed
from nado_lab.sim_backend.samples.memristor_array import MODELS, MemristorArray
from nado_lab.sim_backend.scpi import ScpiDevice

CARD = "SIMULATED"
METER = "GPIB99::26::INSTR"
WIRINGS = ("card", "meter")
CARD_AMPERES = 5e-3
"""Most that an analogue output gives (NI 6363 specifications: 5 mA)."""
Devices = dict[str, tuple[str, ScpiDevice | DaqChannels]]


def build(  # noqa: PLR0913  (the options of [simulation])
    clock: Clock,
    specimen: int,
    *,
    noise_seed: int | None = None,
    sample: MemristorArray | None = None,
    model: str = "wox",
    devices: int = 8,
    wiring: str = "card",
    read_noise: float = 0.013,
    drift: float = 0.003,
    white_v: float = 2e-4,
    mains_v: float = 1e-4,
    volts_per_ampere: float = 2e4,
) -> tuple[MemristorWorld, Devices]:
    """Build world and instruments; ``sample`` may be given, else it is ``model`` by ``specimen``.

    ``wiring`` card: each device between an output and a transimpedance amplifier on an input; meter: one
    device on a source-meter. ``read_noise`` is the white noise of the conductance in one sample (0.3 % of a
    reading of 1 ms at 20 kHz), ``drift`` its 1/f part. ``noise_seed``: other noise of the same specimen.
    """
    if model not in MODELS or wiring not in WIRINGS:
        known = f"model {', '.join(MODELS)}; wiring {', '.join(WIRINGS)}"
        raise ValueError(f"no model {model!r} with wiring {wiring!r}: expected {known}")
    other = specimen if noise_seed is None else derived_seed(specimen, noise_seed)
    if sample is None:
        count = 1 if wiring == "meter" else devices
        sample = MemristorArray(MODELS[model](), count, specimen, noise_seed=other)
    contacts = sample.devices
    world = MemristorWorld(
        clock,
        sample,
        relative=ReadoutNoise(white_v=read_noise, pink_v=drift, seed=other, contacts=contacts),
        amplifier=ReadoutNoise(white_v=white_v, mains_v=mains_v, seed=other + 1, contacts=contacts),
        volts_per_ampere=volts_per_ampere,
        most_amperes=CARD_AMPERES,
    )
    return world, _on_a_card(clock, world) if wiring == "card" else _on_a_meter(clock, world)


def _on_a_card(clock: Clock, world: MemristorWorld) -> Devices:
    count = world.sample.devices
    outputs, inputs = DaqOutput(clock, world, count, CARD), DaqInput(clock, world, count, CARD)
    world.output, world.digitisers = outputs, [inputs]
    return {"output": (outputs.address, outputs), "input": (inputs.address, inputs)}


def _on_a_meter(clock: Clock, world: MemristorWorld) -> Devices:
    load = MemristorLoad(world)
    meter = Keithley2600(clock, load)
    load.core = world.meter = meter.channels["smua"].core
    return {"meter": (METER, meter)}
