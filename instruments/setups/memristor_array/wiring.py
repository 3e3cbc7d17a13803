"""How the pulses reach the devices: outputs and inputs of a card, or a source-meter; both play samples."""

from typing import Protocol

import numpy as np
from nado_lab.instruments.errors import OverloadError
from nado_lab.instruments.roles import AnalogueInput, AnalogueOutput, SourceMeter
from nado_lab.instruments.setups.memristor_array.config import MemristorConfig


class Wiring(Protocol):
    """What plays volts on devices and tells the currents."""

    memory_points: int
    lag_s: float
    """What a burst takes beyond its samples: upload and reading back (s, an estimate)."""

    def energise(self) -> None:
        """Switch on at 0 V."""
        ...

    def load(self, volts: np.ndarray) -> None:
        """Take (sample, device) in V, to be played at `start`."""
        ...

    def start(self) -> None:
        """Play what was loaded from now on."""
        ...

    def busy(self) -> bool:
        """Tell whether the burst still runs."""
        ...

    def amperes(self) -> np.ndarray:
        """Read the currents (sample, device) in A of the finished burst."""
        ...


class CardWiring:
    """Each device between an output and a transimpedance amplifier on an input."""

    lag_s = 0.05

    def __init__(self, output: AnalogueOutput, reader: AnalogueInput, config: MemristorConfig):
        self.output, self.reader, self.config = output, reader, config
        self.memory_points = output.memory_points

    def energise(self) -> None:
        """Set rate and ranges; outputs at 0 V."""
        self.output.prepare(self.config.pulse.rate_hz, self.config.limits.max_volts)
        self.reader.prepare(self.config.readout.range_v, self.config.pulse.rate_hz)

    def load(self, volts: np.ndarray) -> None:
        """Take (sample, device) in V, to be played at `start`."""
        self.output.load(volts)
        self.reader.arm(len(volts))

    def start(self) -> None:
        """Play what was loaded from now on."""
        self.output.trigger()

    def busy(self) -> bool:
        """Tell whether the burst still runs."""
        return self.output.busy()

    def amperes(self) -> np.ndarray:
        """Read the currents (sample, device) in A of the finished burst."""
        return self.reader.readings() / self.config.readout.volts_per_ampere


class MeterWiring:
    """One device on a source-meter, which plays the samples as a list that it times by itself."""

    lag_s = 0.5

    def __init__(self, meter: SourceMeter, config: MemristorConfig):
        self.meter, self.config = meter, config
        self.memory_points = meter.memory_points

    def energise(self) -> None:
        """Source 0 V with the compliance; output on."""
        self.meter.source_volts(self.config.limits.max_volts, self.config.limits.max_amperes)

    def load(self, volts: np.ndarray) -> None:
        """Take (sample, 1) in V, to be played at `start`."""
        self.meter.load(volts[:, 0], 1 / self.config.pulse.rate_hz)

    def start(self) -> None:
        """Play what was loaded from now on."""
        self.meter.trigger()

    def busy(self) -> bool:
        """Tell whether the list still runs."""
        return self.meter.busy()

    def amperes(self) -> np.ndarray:
        """Read the currents (sample, 1) in A; OverloadError where the compliance held the voltage back."""
        found = self.meter.readings()
        if np.any(found.limited):
            raise OverloadError(
                f"the compliance of {self.config.limits.max_amperes:g} A held the voltage back at "
                f"{np.count_nonzero(found.limited)} points; lower the window of the voltage"
            )
        return found.amperes[:, None]
