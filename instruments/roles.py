"""What a setup asks of its instruments, by role; a driver fits a role by its methods alone."""

from typing import Protocol, runtime_checkable

import numpy as np
from nado_lab.instruments.light import Laser, PowerMeter
from nado_lab.instruments.role import Quantity, Role, Snapshot, lacking
from nado_lab.instruments.source_meter import SourcedPoints, SourceMeter
from nado_lab.instruments.switch import Switch


@runtime_checkable
class BipolarSupply(Role, Protocol):
    """A current of either sign into a coil, set by the bus or by an analogue input."""

    @property
    def most_amperes(self) -> float:
        """Return the largest current in A that the limits allow."""
        ...

    @property
    def most_volts(self) -> float:
        """Return the largest compliance voltage in V that the limits allow."""
        ...

    @property
    def slew(self) -> float:
        """Return the fastest change of the current in A/s."""
        ...

    def prepare_amplifier(self, compliance_v: float) -> None:
        """Follow the analogue input with no current of its own."""
        ...

    def ramp_to(self, amperes: float) -> None:
        """Move the current within the slew limit."""
        ...

    def measured_amperes(self) -> float:
        """Read the current that flows."""
        ...

    def interlock_closed(self) -> bool:
        """Tell whether no protection has tripped."""
        ...


@runtime_checkable
class WaveformPair(Role, Protocol):
    """Two voltages in step, played from memory on one trigger."""

    memory_points: int
    running: bool

    def prepare(self, rate_hz: float, peak_v: float) -> None:
        """Set sample rate and full scale; outputs on."""
        ...

    def load(self, volts: np.ndarray) -> None:
        """Upload (sample, 2) in V."""
        ...

    def trigger(self) -> None:
        """Start the burst."""
        ...

    def busy(self) -> bool:
        """Tell whether the burst still runs."""
        ...

    def fade(self, seconds: float) -> None:
        """Shrink a running burst to nothing, then stop it."""
        ...


@runtime_checkable
class CurrentSource(Role, Protocol):
    """A small direct current through the sample."""

    def source(self, amperes: float, compliance_v: float) -> None:
        """Source ``amperes``; output on."""
        ...


@runtime_checkable
class LockIn(Role, Protocol):
    """A modulation and the voltage that answers it, one sample a trigger."""

    def prepare(
        self, frequency_hz: float, sine_v: float, time_constant_s: float, sensitivity_v: float
    ) -> None:
        """Set reference, modulation, filter and sensitivity."""
        ...

    def arm(self, count: int) -> None:
        """Take ``count`` samples, one a trigger."""
        ...

    def readings(self) -> np.ndarray:
        """Read the samples (count,) in V."""
        ...


@runtime_checkable
class FieldProbe(Role, Protocol):
    """A field at a point."""

    def prepare(self, most_t: float) -> None:
        """Set a range that holds ``most_t`` T."""
        ...

    def measured_tesla(self) -> float:
        """Read the field in T."""
        ...


@runtime_checkable
class Thermometer(Role, Protocol):
    """The temperature of the sample."""

    def measured_kelvin(self) -> float:
        """Read the temperature in K."""
        ...


@runtime_checkable
class MicrowaveSource(Role, Protocol):
    """Microwaves stepped through frequencies, with a trigger at each."""

    def prepare_sweep(
        self, start_hz: float, stop_hz: float, points: int, dwell_s: float, power_dbm: float
    ) -> None:
        """Set a single step sweep; output on."""
        ...

    def sweep(self) -> None:
        """Start one sweep."""
        ...

    def sweeping(self) -> bool:
        """Tell whether the sweep still runs."""
        ...


@runtime_checkable
class Digitiser(Role, Protocol):
    """A voltage sampled from an external trigger on."""

    def prepare(self, range_v: float, rate_hz: float) -> None:
        """Set range and sample rate."""
        ...

    def arm(self, count: int) -> None:
        """Wait for the trigger, then take ``count`` samples."""
        ...

    def readings(self) -> np.ndarray:
        """Read the samples (count,) in V."""
        ...


@runtime_checkable
class Oscilloscope(Digitiser, Protocol):
    """A digitiser that may wait for its trigger as long as it takes."""

    def triggered(self) -> bool:
        """Tell whether the trigger came and all samples are taken."""
        ...


@runtime_checkable
class AnalogueOutput(Role, Protocol):
    """Voltages of several channels in step, played from memory on one trigger."""

    channel_count: int
    memory_points: int
    running: bool

    @property
    def most_volts(self) -> float:
        """Return the largest voltage in V, of either sign, that the limits allow."""
        ...

    def prepare(self, rate_hz: float, peak_v: float) -> None:
        """Set sample rate and full scale; all channels at zero."""
        ...

    def load(self, volts: np.ndarray) -> None:
        """Upload (sample, channel) in V."""
        ...

    def trigger(self) -> None:
        """Start the burst; the channels hold the last sample when it has ended."""
        ...

    def busy(self) -> bool:
        """Tell whether the burst still runs."""
        ...

    def fade(self, seconds: float) -> None:
        """Take all channels to zero from where they are, in ``seconds``."""
        ...


@runtime_checkable
class AnalogueInput(Role, Protocol):
    """Voltages of several channels, sampled together from the output's start on."""

    channel_count: int

    def prepare(self, range_v: float, rate_hz: float) -> None:
        """Set range and sample rate."""
        ...

    def arm(self, count: int) -> None:
        """Wait for the trigger, then take ``count`` samples a channel."""
        ...

    def readings(self) -> np.ndarray:
        """Read the samples (count, channel) in V."""
        ...


__all__ = [
    "AnalogueInput",
    "AnalogueOutput",
    "BipolarSupply",
    "CurrentSource",
    "Digitiser",
    "FieldProbe",
    "Laser",
    "LockIn",
    "MicrowaveSource",
    "Oscilloscope",
    "PowerMeter",
    "Quantity",
    "Role",
    "Snapshot",
    "SourceMeter",
    "SourcedPoints",
    "Switch",
    "Thermometer",
    "WaveformPair",
    "lacking",
]
