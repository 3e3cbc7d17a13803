"""What protocols need of a setup: a device that plays drives and yields what it measured."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np


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
    def clock(self) -> Any:
        """Give the bench's clock, with now() in s and sleep(seconds)."""
        ...

    def energise(self) -> Any:
        """Switch everything on at zero field."""
        ...

    def shutdown(self) -> Any:
        """Bring the field to zero and switch the sources off."""
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
    ) -> Iterator[Any]:
        """Play drive (trial, step, port) and yield one Response a trial, in order."""
        ...
