"""A device that keeps all it answers, for training with the device in the loop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

Measure = Callable[[np.ndarray, Path], np.ndarray]


class RecordedDevice:
    """Answer drive (trial, step, port) by measuring it into a run of its own, numbered in order.

    Training is deterministic: when it is done again after a kill it asks for the same drives, and
    `measure(drive, run)` reads the runs that are there and measures the others.
    """

    def __init__(self, folder: Path, measure: Measure) -> None:
        self._folder, self._measure = folder, measure
        self.calls = 0

    def respond(self, drive: np.ndarray) -> np.ndarray:
        """Give the readout (trial, step, channel)."""
        run = self._folder / f"call{self.calls:04d}.zarr"
        self.calls += 1
        return self._measure(drive, run)
