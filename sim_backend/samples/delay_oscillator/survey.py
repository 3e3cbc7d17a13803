"""How a loop behaves at some gains: on paper, and in a run without noise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from nado_lab.sim_backend.samples.delay_oscillator import theory
from nado_lab.sim_backend.samples.delay_oscillator.oscillator import DelayOscillator
from nado_lab.sim_backend.samples.delay_oscillator.parameters import LoopParameters

FORGOTTEN = 0.01
_KICK_V = 1e-3
_DELAYS = 400
_WATCHED = 40


@dataclass(frozen=True)
class GainSurvey:
    """What a gain beta does."""

    gain: float
    growth: float
    """By what small motion about rest grows in a delay."""
    memory_delays: float | None
    """Delays until a hundredth of it is left; None where it grows."""
    swing: float
    """Largest less least transmission that a run without noise comes to: zero where the rest is stable."""


def survey(parameters: LoopParameters, gains: Sequence[float]) -> list[GainSurvey]:
    """Return one GainSurvey a gain; the loop is kicked by a millivolt and left to itself for 400 delays."""
    found = []
    for gain in gains:
        here = replace(parameters, gain=gain)
        growth = theory.growth(here, gain, _followed(here))
        memory = float(np.log(FORGOTTEN) / np.log(max(growth, 1e-300))) if growth < 1 else None
        found.append(GainSurvey(gain, growth, memory, _swing(here)))
    return found


def _followed(parameters: LoopParameters) -> float:
    """Return the rest that gain zero leads to as the gain grows."""
    x = 0.0
    for share in np.linspace(0.05, 1.0, 20):
        x = theory.rest(parameters, share * parameters.gain, x)
    return x


def _swing(parameters: LoopParameters) -> float:
    loop = DelayOscillator(parameters.quiet(), spread=False)
    volts = np.zeros((_DELAYS * parameters.delay, parameters.nodes))
    volts[0] = _KICK_V
    light = loop.advance(volts, np.zeros_like(volts), 0.0) / parameters.photodiode.full_volts
    return float(np.ptp(light[-_WATCHED * parameters.delay :]))
