"""Protocols that step the input of one port through its window, one step a value."""

import numpy as np
from nado_lab.protocols.drive_window import DriveWindow
from nado_lab.protocols.errors import ProtocolError
from nado_lab.protocols.playback import TrialPlan, interleaved
from nado_lab.protocols.pymeasure_types import integer, text


class Sweep(DriveWindow):
    """Visit `points` inputs from the bottom of a port's window to its top, within one trial.

    `port` names the port (empty: the first); others rest at the centre of theirs. Devices side by side are
    swept together.
    """

    points: int = integer("Inputs", default=41, minimum=2, maximum=100_000)
    repeats: int = integer("Repeats of the sweep", default=1, minimum=1, maximum=1_000_000)
    settle: int = integer("Steps at each input", default=1, minimum=1, maximum=10_000)
    port: str = text("Swept port", default="")

    def levels(self) -> np.ndarray:
        """Give the visited levels (visit,) of the window, from -1 to 1."""
        return np.linspace(-1, 1, self.points)

    def extent(self) -> tuple[int, int]:
        """Count the repeats and the steps of each."""
        return self.repeats, len(self.levels()) * self.settle

    def plan(self) -> TrialPlan:
        """Hold every input for `settle` steps; repeat the whole sweep."""
        visited = np.repeat(self.levels(), self.settle)
        sides = (len(self.setup.devices),) if self.setup.devices else ()
        levels = np.zeros((self.repeats, *sides, len(visited), len(self.setup.ports)))
        levels[..., self._swept()] = visited
        return self.plan_of(levels, *interleaved(1, self.repeats))

    def _swept(self) -> int:
        """Find the port that is swept."""
        names = [port.name for port in self.setup.ports]
        if self.port and self.port not in names:
            raise ProtocolError(f"port={self.port}: this setup has {', '.join(names)}")
        return names.index(self.port) if self.port else 0


class Hysteresis(Sweep):
    """Sweep the input up and down again: a device with memory answers both ways differently."""

    loops: int = integer("Loops a repeat", default=1, minimum=1, maximum=10_000)

    def levels(self) -> np.ndarray:
        """Give bottom to top to bottom, `loops` times, every turning point once."""
        up = np.linspace(-1, 1, self.points)
        there_and_back = np.concatenate([up[:-1], up[:0:-1]])
        return np.append(np.tile(there_and_back, self.loops), up[0])


class SpectrumMap(Sweep):
    """Map the readout against the input, where the readout of each step is a spectrum or a trace."""

    points: int = integer("Inputs", default=61, minimum=2, maximum=100_000)
