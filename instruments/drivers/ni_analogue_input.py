"""NI-DAQmx analogue inputs: finite acquisitions that begin with the output of the same device.

Input and output derive their sample clocks from one time base, so the same rate stays in step.
"""

from typing import Any

import numpy as np
from nado_lab.instruments.drivers.ni_daqmx import NiDevice
from nado_lab.instruments.errors import InstrumentTimeout, OverloadError

_RAIL = 0.999


class NiAnalogueInput(NiDevice):
    """Sample the input channels of an address like ``Dev1/ai0:7`` from the output's start trigger on."""

    kind = "ai"
    drives = False

    def __init__(self, address: str, **options: Any):
        super().__init__(address, **options)
        self._range = 10.0
        self._count = 0

    def prepare(self, range_v: float, rate_hz: float) -> None:
        """Set range and sample rate."""
        self._require_within("range", range_v)
        self._range, self.rate_hz = range_v, rate_hz

    def arm(self, count: int) -> None:
        """Wait for the output's start trigger, then take ``count`` samples a channel."""
        self._count = count
        with self._named_errors():
            self._drop()
            self._task = self._daq.Task()
            self._task.ai_channels.add_ai_voltage_chan(
                self.address, min_val=-self._range, max_val=self._range
            )
            self._finite(self._task, count)
            source = f"/{self.address.split('/')[0]}/ao/StartTrigger"
            self._task.triggers.start_trigger.cfg_dig_edge_start_trig(source)
            self._task.start()

    def readings(self) -> np.ndarray:
        """Read the samples (count, channel) in V."""
        if self._task is None:
            raise InstrumentTimeout(f"{self.name}: nothing was armed, so there is nothing to read")
        with self._named_errors():
            volts = np.asarray(self._task.read(self._count, timeout=self.timeout_s), float)
            self._drop()
        volts = np.atleast_2d(volts).T
        if volts.shape != (self._count, self.channel_count):
            wanted = f"{self._count} samples of {self.channel_count} channels"
            raise InstrumentTimeout(f"{self.name}: expected {wanted}, got {volts.shape}")
        beyond = np.flatnonzero(np.max(np.abs(volts), axis=0, initial=0.0) >= _RAIL * self._range)
        if len(beyond):
            which = ", ".join(str(index) for index in beyond)
            raise OverloadError(f"{self.name}: channel {which} reaches the range {self._range:g} V")
        return volts

    def abort(self) -> None:
        """Give up the acquisition."""
        with self._named_errors():
            self._drop()


class NiDigitiser(NiAnalogueInput):
    """Sample one input channel as a digitiser does."""

    only_channels = 1

    def readings(self) -> np.ndarray:
        """Read the samples (count,) in V."""
        return super().readings()[:, 0]
