"""What drives modulators and reads photodiodes: a generator and a digitiser, or channels of a card."""

from __future__ import annotations

from typing import Protocol, TypeVar

import numpy as np
from nado_lab.instruments.errors import SetupError
from nado_lab.instruments.roles import AnalogueInput, AnalogueOutput, Digitiser, Role, WaveformPair
from nado_lab.instruments.setups.delay_oscillator.config import DelayOscillatorConfig

Wanted = TypeVar("Wanted", bound=Role)


class HasRoles(Protocol):
    """A setup whose instruments are open."""

    roles: dict[str, Role]

    @property
    def config(self) -> DelayOscillatorConfig: ...

    def role(self, name: str, kind: type[Wanted]) -> Wanted: ...


class Electronics(Protocol):
    """Play voltages in step with what is read: signals of all nodes, then their biases."""

    @property
    def memory_points(self) -> int:
        """Samples that a burst may have."""
        ...

    def prepare(self, rate_hz: float, peak_v: float, range_v: float) -> None:
        """Set sample rate, full scale of the outputs and range of the inputs; outputs on at 0 V."""
        ...

    def start(self, volts: np.ndarray) -> None:
        """Upload (sample, 2 x node) in V, arm the inputs, start the burst."""
        ...

    def busy(self) -> bool:
        """Tell whether the burst still runs."""
        ...

    def readings(self) -> np.ndarray:
        """Read what was digitised in the burst (sample, node) in V."""
        ...


class GeneratorAndDigitiser:
    """One node: the generator's first channel at the modulator, its second at the bias electrode."""

    def __init__(self, generator: WaveformPair, digitiser: Digitiser):
        self.generator, self.digitiser = generator, digitiser

    @property
    def memory_points(self) -> int:
        """Samples of the generator's memory."""
        return self.generator.memory_points

    def prepare(self, rate_hz: float, peak_v: float, range_v: float) -> None:
        """Prepare both."""
        self.generator.prepare(rate_hz, peak_v)
        self.digitiser.prepare(range_v, rate_hz)

    def start(self, volts: np.ndarray) -> None:
        """Upload, arm, trigger."""
        self.generator.load(volts)
        self.digitiser.arm(len(volts))
        self.generator.trigger()

    def busy(self) -> bool:
        """Ask the generator."""
        return self.generator.busy()

    def readings(self) -> np.ndarray:
        """Read the digitiser."""
        return self.digitiser.readings()[:, None]


class Channels:
    """Channels of a card: outputs at the modulators of all nodes, then at their bias electrodes."""

    def __init__(self, output: AnalogueOutput, inputs: AnalogueInput):
        self.output, self.inputs = output, inputs

    @property
    def memory_points(self) -> int:
        """Samples of the outputs' memory."""
        return self.output.memory_points

    def prepare(self, rate_hz: float, peak_v: float, range_v: float) -> None:
        """Prepare both."""
        self.output.prepare(rate_hz, peak_v)
        self.inputs.prepare(range_v, rate_hz)

    def start(self, volts: np.ndarray) -> None:
        """Upload, arm, trigger."""
        self.output.load(volts)
        self.inputs.arm(len(volts))
        self.output.trigger()

    def busy(self) -> bool:
        """Ask the outputs."""
        return self.output.busy()

    def readings(self) -> np.ndarray:
        """Read the inputs."""
        return self.inputs.readings()


def electronics_of(setup: HasRoles) -> Electronics:
    """Return what the roles of a setup are; SetupError where they do not make a bench."""
    nodes, name = len(setup.config.ports), setup.config.name
    if "output" not in setup.roles:
        if nodes != 1:
            raise SetupError(f"a generator drives one node, {name!r} has {nodes}: it needs a role 'output'")
        return GeneratorAndDigitiser(
            setup.role("generator", WaveformPair), setup.role("digitiser", Digitiser)
        )
    output, inputs = setup.role("output", AnalogueOutput), setup.role("input", AnalogueInput)
    if (output.channel_count, inputs.channel_count) != (2 * nodes, nodes):
        raise SetupError(
            f"{nodes} nodes need {2 * nodes} channels of output (modulators, then biases) and {nodes} of "
            f"input; {name!r} has {output.channel_count} and {inputs.channel_count}"
        )
    return Channels(output, inputs)
