"""The window of each port that protocols of random drives share: `PORT_centre` and `PORT_range`."""

from collections.abc import Sequence

import numpy as np
from nado_lab.port import Port, drives_of
from nado_lab.protocols.device import MeasuringDevice
from nado_lab.protocols.errors import ProtocolError
from nado_lab.protocols.parameters import configure
from nado_lab.protocols.playback import Playback, TrialPlan
from nado_lab.protocols.pymeasure_types import add_number
from nado_lab.units import factor_between

PARTS = ("centre", "range")
_MOST = 1e12


class DriveWindow(Playback):
    """Draw inputs from centre - range to centre + range of each port; by default the setup's own window.

    The parameters are those of the setup's ports, in the unit that people use for each: `field_centre` and
    `field_range` in mT, `voltage_centre` and `voltage_range` in V.
    """

    def suit(self, ports: Sequence[Port]) -> None:
        """Have a window for each port; what was asked of a window before is set now."""
        if self.suited == tuple(ports):
            return
        self.suited, waiting, self.waiting = tuple(ports), self.waiting, {}
        for port in ports:
            label = (port.quantity or port.name).capitalize()
            for part, words in zip(PARTS, ("centre", "range (+/-)"), strict=True):
                least = 0.0 if part == "range" else -_MOST
                units = port.shown or port.unit
                add_number(self, f"{port.name}_{part}", f"{label} {words}", units, least, _MOST)
        configure(self, waiting)

    def awaits(self, name: str) -> bool:
        """Tell whether a parameter is one of a port that is not known yet."""
        return not self.suited and name.rpartition("_")[2] in PARTS

    def bind(self, setup: MeasuringDevice) -> None:
        """Take the setup, and its window at each port where no other was asked for."""
        super().bind(setup)
        self.suit(setup.ports)
        for port in setup.ports:
            own = {f"{port.name}_centre": port.middle, f"{port.name}_range": port.half}
            for name, value in own.items():
                if getattr(self, name) is None:
                    setattr(self, name, round(float(value / _shown(port)), 9))

    def plan_of(self, levels: np.ndarray, sequence: np.ndarray, repeat: np.ndarray) -> TrialPlan:
        """Lay out trials of levels (trial, [device,] step, port) in [-1, 1] of the windows."""
        ports = self.setup.ports
        parts = [
            (getattr(self, f"{port.name}_centre") + getattr(self, f"{port.name}_range") * levels[..., at])
            * _shown(port)
            for at, port in enumerate(ports)
        ]
        inputs = np.stack(parts, axis=-1)
        return TrialPlan(drives_of(ports, inputs), sequence, repeat, inputs)

    def random_levels(self, seed: int, sequences: int, steps: int) -> np.ndarray:
        """Draw levels (sequence, [device,] step, port), each by itself, uniformly from [-1, 1]."""
        sides = (len(self.setup.devices),) if self.setup.devices else ()
        shape = (sequences, *sides, steps, len(self.setup.ports))
        return np.random.default_rng(seed).uniform(-1, 1, shape)


def _shown(port: Port) -> float:
    """Return what takes a number in the unit for people to the SI unit."""
    factor = factor_between(port.shown or port.unit, port.unit)
    if factor is None:
        raise ProtocolError(f"port {port.name!r} is in {port.unit}: {port.shown!r} measures something else")
    return factor
