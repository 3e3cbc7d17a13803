"""What a setup hands out."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True)
class Response:
    """readout (step, channel), initial (channel,), waveform (step, sample, contact), field (step,) T."""

    readout: np.ndarray
    initial: np.ndarray
    waveform: np.ndarray
    field: np.ndarray


class Reading(NamedTuple):
    """A value that an instrument shows, with its SI unit."""

    value: float
    unit: str


@dataclass(frozen=True)
class Check:
    """One line of ``nado check``."""

    name: str
    passed: bool
    detail: str
    warning: bool = False
    """Whether a person should look at it although it passed."""
