"""Play drives that were given as an array (deploying a network, replaying a run)."""

import numpy as np
from nado_lab.protocols.errors import ProtocolError
from nado_lab.protocols.playback import Playback, TrialPlan


class Drives(Playback):
    """Play `drive` (trial, [device,] step, port) in [-1, 1], set in Python before the run; see `sequence`."""

    drive: np.ndarray | None = None
    sequence: np.ndarray | None = None

    def extent(self) -> tuple[int, int] | None:
        """Count the trials and the steps of the array, once it is set."""
        return None if self.drive is None else (np.shape(self.drive)[0], np.shape(self.drive)[-2])

    def plan(self) -> TrialPlan:
        """Take the trials as they were given; equal `sequence` numbers mark repeats."""
        if self.drive is None:
            raise ProtocolError("the protocol `drives` plays an array: set its `drive` (trial, step, port)")
        drive = np.asarray(self.drive, dtype=float)
        if drive.ndim in (3, 4) and drive.shape[-1] != self.setup.port_count:
            raise ProtocolError(f"drive has {drive.shape[-1]} port(s), the setup has {self.setup.port_count}")
        sequence = np.arange(len(drive)) if self.sequence is None else np.asarray(self.sequence)
        return TrialPlan(drive, sequence, _repeats_of(sequence))


def _repeats_of(sequence: np.ndarray) -> np.ndarray:
    """Count, for every trial, how often its sequence was played before."""
    seen: dict[int, int] = {}
    counts: list[int] = []
    for number in sequence.tolist():
        counts.append(seen.get(number, 0))
        seen[number] = counts[-1] + 1
    return np.array(counts)
