"""What a setup hands out."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True)
class Response:
    """One trial: readout (step, channel), initial (channel,), waveform (step, sample, contact), `input`.

    ``input`` (step, port) is what was applied, in the SI units of the ports. Of devices side by side each has
    an axis ``device`` before these.
    """

    readout: np.ndarray
    initial: np.ndarray
    waveform: np.ndarray
    input: np.ndarray


@dataclass(frozen=True)
class Reset:
    """What begins every trial, in words, and how many seconds it takes."""

    words: str
    seconds: float


@dataclass(frozen=True)
class Limit:
    """A largest value that the setup's file states: its name, the value in ``unit`` (SI)."""

    name: str
    value: float
    unit: str

    def __str__(self) -> str:
        return f"{self.name} {self.value:g} {self.unit}".rstrip()


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
