"""What protocols need of a setup: a device that plays drives and yields what it measured."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np
from nado_lab.instruments import Clock


class Response(Protocol):
    """One measured trial."""

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
    def field(self) -> np.ndarray:
        """Give the applied field (step,) in tesla."""
        ...


class MeasuringDevice(Protocol):
    """A setup, as protocols see it (see design.md, Device)."""

    @property
    def port_count(self) -> int:
        """Give the number of drive inputs."""
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

    @property
    def clock(self) -> Clock:
        """Give the bench's clock."""
        ...

    def energise(self) -> None:
        """Switch everything on at zero field."""
        ...

    def shutdown(self) -> Sequence[str]:
        """Take the field to zero within its slew limit, sources off; say what may still be on."""
        ...

    @property
    def waveform_shape(self) -> tuple[int, int]:
        """Give the raw samples a step and the number of contacts."""
        ...

    def field_tesla(self, drive: np.ndarray) -> np.ndarray:
        """Map drives to fields in tesla, number by number."""
        ...

    def drive_for_field(self, field: np.ndarray) -> np.ndarray:
        """Map fields in tesla to drives, number by number."""
        ...

    def measure(
        self,
        drive: np.ndarray,
        *,
        should_stop: Callable[[], bool] = ...,
        field_tesla: np.ndarray | None = None,
    ) -> Iterator[Response]:
        """Play drive (trial, step, port) and yield one Response a trial, in order."""
        ...
