"""What the application needs of a setup, whatever kind of device stands behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from nado_lab.protocols.device import MeasuringDevice


class CheckResult(Protocol):
    """One line of `nado check`."""

    @property
    def name(self) -> str:
        """Name what was checked."""
        ...

    @property
    def passed(self) -> bool:
        """Say whether it was as it should be."""
        ...

    @property
    def detail(self) -> str:
        """Say what was seen."""
        ...

    @property
    def warning(self) -> bool:
        """Say whether a person should look at it although it passed."""
        ...


class Setup(MeasuringDevice, Protocol):
    """A device on instruments: it can be driven, identified, checked and made safe."""

    def respond(self, drive: np.ndarray) -> np.ndarray:
        """Answer drive (..., step, port) in [-1, 1] with readout (..., step, channel) in SI units."""
        ...

    def identities(self) -> dict[str, str]:
        """Read the identity of every instrument, by role."""
        ...

    def snapshot(self) -> Mapping[str, object]:
        """Read all settings, ready for JSON."""
        ...

    def check(self) -> Sequence[CheckResult]:
        """Prove identities, ranges, limits and the interlock."""
        ...


@dataclass(frozen=True)
class SetupSource:
    """How to open a setup: a preset (`sim:nanoring`) or the path of a TOML file.

    Of a simulated bench also which specimen, which realisation of its noise (None: the specimen's own, the
    same at every opening), and what is broken on purpose (`role:fault@n`).
    """

    name: str
    specimen: int = 0
    noise_seed: int | None = None
    faults: tuple[str, ...] = ()


OpenSetup = Callable[[SetupSource], AbstractContextManager[Setup]]
"""Open a setup for a while and leave it safe: `compose.open_source`; a dashboard gives its open bench."""
