"""Show live what deployments and loops measure: their runs are announced with their first rows."""

from dataclasses import replace

import numpy as np
from nado_lab.lab.dashboard.models.events import Post, RowArrived, RunStarted
from nado_lab.protocols import Column, MeasuringDevice, Row


class Feed:
    """Take rows as a subscriber of runs; `begin` says that the next row is the first of another run."""

    def __init__(self, what: str, setup: MeasuringDevice, post: Post) -> None:
        self._what, self._setup, self._post = what, setup, post
        self._announced, self.rows = False, 0

    def begin(self, what: str, rows: int = 0) -> None:
        """Announce another run with its first row; `rows` may be 0 where nobody knows how many come."""
        self._what, self.rows, self._announced = what, rows, False

    def __call__(self, stream: str, row: Row) -> None:
        """Pass on one row."""
        if stream == "primary" and not self._announced:
            self._announced = True
            self._announce(row)
        self._post(RowArrived(stream, row))

    def _announce(self, row: Row) -> None:
        setup = self._setup
        sides = ("device",) if setup.devices else ()
        channels, units = tuple(setup.channels), tuple(setup.channel_units)
        columns = (
            Column("input", (*sides, "step", "port"), np.shape(row["input"])),
            Column("readout", (*sides, "step", "channel"), np.shape(row["readout"]), units=units[0]),
        )
        step_s = float(setup.step_s)
        started = RunStarted("", self._what, {"primary": columns}, channels, units, step_s, self.rows)
        self._post(replace(started, axis=setup.channel_axis, ports=setup.ports))
