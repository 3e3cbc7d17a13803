"""Current-voltage loops of a bare device: how they open and close with the period."""

from dataclasses import dataclass

import numpy as np
from nado_lab.sim_backend.samples.memristor_array.array import MemristorArray
from nado_lab.sim_backend.samples.memristor_array.parameters import MODELS
from nado_lab.sim_backend.samples.memristor_array.theory import loop_area

POINTS = 400
_SETTLING = 4


@dataclass(frozen=True)
class Loop:
    """The last of some periods of a sine of the voltage; of titanium oxide its positive half (rectified)."""

    period_s: float
    volts: list[float]
    amperes: list[float]
    area_w: float
    """Area of the upper lobe in W (A times V)."""
    open_share: float
    """The same as a share of peak voltage times peak current: 0 where there is no memory."""
    peak_a: float


def sweep_loops(model: str, peak_v: float, periods_s: list[float], seed: int = 0) -> list[Loop]:
    """Sweep one device of a specimen once a period given; ValueError where there is no such model."""
    if model not in MODELS:
        raise ValueError(f"no memristor {model!r}: expected one of {', '.join(MODELS)}")
    return [_loop(MemristorArray(MODELS[model](), 1, seed), peak_v, period) for period in periods_s]


def _loop(array: MemristorArray, peak_v: float, period_s: float) -> Loop:
    phase = 2 * np.pi * np.arange(_SETTLING * POINTS) / POINTS
    volts = peak_v * np.sin(phase)
    if not array.has_film:
        volts = np.abs(volts)
    amperes = array.advance(volts[:, None], period_s / POINTS)[-POINTS:, 0]
    half, volts = POINTS // 2, volts[-POINTS:]
    area, peak = loop_area(volts[:half], amperes[:half]), float(np.max(np.abs(amperes)))
    return Loop(period_s, volts.tolist(), amperes.tolist(), area, area / (peak_v * peak), peak)
