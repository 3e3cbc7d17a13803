"""Find the bias point of modulators, and how it drifts: light against bias voltage, scan after scan."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from nado_lab.protocols.base import NadoProcedure, Streams
from nado_lab.protocols.columns import Column
from nado_lab.protocols.device import MeasuringDevice
from nado_lab.protocols.errors import ProtocolError
from nado_lab.protocols.pymeasure_types import integer, number
from nado_lab.protocols.waiting import wait_safely


class BiasPoint(Protocol):
    """What a scan tells of one modulator."""

    @property
    def phase_rad(self) -> float:
        """Give the phase without bias in rad."""
        ...

    @property
    def phase_error_rad(self) -> float:
        """Give its standard error in rad."""
        ...

    @property
    def half_wave_v(self) -> float:
        """Give the half-wave voltage in V."""
        ...


@runtime_checkable
class ScanningBias(Protocol):
    """A setup whose modulators have a bias that can be scanned."""

    def bias_levels(self, count: int) -> np.ndarray:
        """Give bias voltages (level,) in V over a period of the transmission."""
        ...

    def scan_bias(self, levels: np.ndarray, should_stop: Callable[[], bool]) -> np.ndarray | None:
        """Give the light (level, node) in V of bias voltages (level,) in V; None if stopped."""
        ...

    def bias_points(self, levels: np.ndarray, light: np.ndarray) -> Sequence[BiasPoint]:
        """Fit every node's bias point to the light of a scan."""
        ...

    def scan_s(self, count: int) -> float:
        """Give the duration of a scan of so many levels in s."""
        ...


class BiasScan(NadoProcedure):
    """Scan the bias over a period of the transmission, once or every so often, with no drive."""

    levels: int = integer("Bias voltages of a scan", default=24, minimum=6, maximum=10_000)
    scans: int = integer("Scans", default=5, minimum=1, maximum=1_000_000)
    interval: float = number("Time between scans", "s", default=0, minimum=0, maximum=1e7)

    def bind(self, setup: MeasuringDevice) -> None:
        """Take a setup that has a bias."""
        super().bind(setup)
        if not isinstance(setup, ScanningBias):
            raise ProtocolError("this setup has no modulator whose bias can be scanned")
        self._scanning = setup

    def columns(self) -> Streams:
        """Declare the time, the scan, and each node's bias point that is fitted to it."""
        nodes = (self.setup.waveform_shape[1],)
        return {
            "primary": (
                Column("clock", units="s", description="time by the bench's clock", is_coordinate=True),
                Column("bias", ("level",), (self.levels,), units="V"),
                Column("light", ("level", "node"), (self.levels, *nodes), units="V"),
                Column("phase", ("node",), nodes, units="rad", description="without bias"),
                Column("phase_error", ("node",), nodes, units="rad"),
                Column("half_wave", ("node",), nodes, units="V"),
            )
        }

    def row_count(self) -> int:
        """Count the scans."""
        return self.scans

    def estimate_s(self, setup: MeasuringDevice) -> float | None:
        """Take the scans and the waiting between them."""
        if not isinstance(setup, ScanningBias):
            return None
        return self.scans * setup.scan_s(self.levels) + (self.scans - 1) * self.interval

    def execute(self) -> None:
        """Scan, fit, wait."""
        levels = self._scanning.bias_levels(self.levels)
        for scan in range(self.start_row, self.scans):
            if scan > self.start_row and not wait_safely(self.setup, self.interval, self.should_stop):
                return
            began = self.setup.clock.now()
            light = self._scanning.scan_bias(levels, self.should_stop)
            if light is None:
                return
            points = self._scanning.bias_points(levels, light)
            self.emit(
                "primary",
                {
                    "clock": began,
                    "bias": levels,
                    "light": light,
                    "phase": np.array([point.phase_rad for point in points]),
                    "phase_error": np.array([point.phase_error_rad for point in points]),
                    "half_wave": np.array([point.half_wave_v for point in points]),
                },
            )
