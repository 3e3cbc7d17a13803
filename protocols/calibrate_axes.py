"""Calibration of a rotating field: each axis as its gaussmeter sees it while the field turns."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import numpy as np
from nado_lab.instruments.setups.nanoring import Axis
from nado_lab.protocols.base import NadoProcedure, Streams
from nado_lab.protocols.columns import Column
from nado_lab.protocols.device import MeasuringDevice
from nado_lab.protocols.errors import ProtocolError
from nado_lab.protocols.pymeasure_types import integer, number


@runtime_checkable
class TurningField(Protocol):
    """A setup whose field can be turned and watched, axis by axis."""

    def turn_field(
        self, axis: Axis, field_t: float, rotations: int, should_stop: Callable[[], bool]
    ) -> np.ndarray | None:
        """Turn the field and give what an axis' gaussmeter saw (rotation, sample) in T; None if stopped."""
        ...


TESLA_PER_MILLITESLA = 1e-3


class CalibrateAxes(NadoProcedure):
    """Turn the field at one strength, for x and then for y, and record what the axis' gaussmeter sees."""

    field: float = number("Rotating field", "mT", default=3.0, minimum=0.01, maximum=1000)
    rotations: int = integer("Rotations of each axis", default=20, minimum=2, maximum=100_000)

    def bind(self, setup: MeasuringDevice) -> None:
        """Take a setup whose field turns."""
        super().bind(setup)
        if not isinstance(setup, TurningField):
            raise ProtocolError("this setup has no rotating field to calibrate; see calibrate_field")
        self._turning = setup

    def columns(self) -> Streams:
        """Declare axis, field asked for, field seen."""
        shape = (self.rotations, self.setup.waveform_shape[0])
        return {
            "primary": (
                Column("axis", dtype="string", description="x or y", is_coordinate=True),
                Column("field", units="T", description="asked for"),
                Column(
                    "monitor", ("rotation", "sample"), shape, units="T", description="seen by the gaussmeter"
                ),
            )
        }

    def row_count(self) -> int:
        """Count the axes."""
        return len(Axis)

    def estimate_s(self, setup: MeasuringDevice) -> float:
        """Take the rotations of both axes."""
        return len(Axis) * setup.estimate_s(1, self.rotations)

    def execute(self) -> None:
        """Turn the field for each axis that is not stored yet."""
        field_t = float(self.field) * TESLA_PER_MILLITESLA
        for axis in list(Axis)[self.start_row :]:
            seen = self._turning.turn_field(axis, field_t, self.rotations, self.should_stop)
            if seen is None:
                return
            self.emit("primary", {"axis": axis.value, "field": field_t, "monitor": seen})
