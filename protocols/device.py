"""What protocols need of a setup: a device that plays drives and yields what it measured."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from nado_lab.channels import ChannelAxis
from nado_lab.instruments import Clock
from nado_lab.instruments.setups.stepwise import StepwiseTrial
from nado_lab.port import Port


class Response(Protocol):
    """One measured trial; of devices side by side every array has an axis `device` first."""

    @property
    def readout(self) -> np.ndarray:
        """Give the readout (step, channel) in the units of the channels."""
        ...

    @property
    def initial(self) -> np.ndarray:
        """Give the readout (channel,) of the initial state."""
        ...

    @property
    def waveform(self) -> np.ndarray:
        """Give the raw samples (step, sample, contact)."""
        ...

    @property
    def input(self) -> np.ndarray:
        """Give what was applied (step, port), in the SI units of the ports."""
        ...


class MeasuringDevice(Protocol):
    """A setup, as protocols see it (see design.md, Device)."""

    @property
    def ports(self) -> tuple[Port, ...]:
        """Say what the device is driven with."""
        ...

    @property
    def port_count(self) -> int:
        """Give the number of ports."""
        ...

    @property
    def devices(self) -> tuple[str, ...]:
        """Name the devices that are driven side by side; none: one device, without an axis `device`."""
        ...

    @property
    def channel_axis(self) -> ChannelAxis | None:
        """Say what the channels lie along (frequencies of a spectrum), if they do."""
        ...

    @property
    def channels(self) -> tuple[str, ...]:
        """Name the readout channels."""
        ...

    @property
    def channel_units(self) -> tuple[str, ...]:
        """Give the unit of every channel."""
        ...

    @property
    def step_s(self) -> float:
        """Give the duration of a step in s."""
        ...

    def estimate_s(self, trials: int, steps: int) -> float:
        """Estimate how many s of the bench's clock so many trials take, resets included."""
        ...

    @property
    def clock(self) -> Clock:
        """Give the bench's clock."""
        ...

    def energise(self) -> None:
        """Switch everything on in the safe state."""
        ...

    def shutdown(self) -> Sequence[str]:
        """Take everything to the safe state; say what may still be on."""
        ...

    @property
    def waveform_shape(self) -> tuple[int, int]:
        """Give the raw samples a step and the number of contacts."""
        ...

    @property
    def waveform_units(self) -> str:
        """Give the unit of the raw samples."""
        ...

    def measure(
        self,
        drive: np.ndarray,
        *,
        should_stop: Callable[[], bool] = ...,
        inputs: np.ndarray | None = None,
    ) -> Iterator[Response]:
        """Play drive (trial, [device,] step, port) and yield one Response a trial, in order.

        `inputs` of the same shape, in SI units, replace what the ports make of the drive.
        """
        ...


@runtime_checkable
class StepwiseDevice(MeasuringDevice, Protocol):
    """A setup that can be asked step by step, or says why not."""

    @property
    def step_period_s(self) -> float:
        """Give the time from the begin of a step to that of the next, in s."""
        ...

    def estimate_steps_s(self, trials: int, steps: int) -> float:
        """Estimate how many s of the bench's clock so many stepwise trials take, resets included."""
        ...

    def require_stepwise(self) -> None:
        """Raise SetupError, with the reason, where it cannot be asked step by step."""
        ...

    def begin(
        self, *, should_stop: Callable[[], bool] = ..., patience_s: float | None = None
    ) -> StepwiseTrial:
        """Begin a trial from the start state, to be asked step by step."""
        ...
