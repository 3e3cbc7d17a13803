"""A bench proves its own calibration: what is put out at low drive, as the gaussmeters' monitors see it.

One axis after the other follows +A, then -A/2, held for some rotations; both monitors watch. A tenth of the
largest field is asked for, so that another amplitude, another polarity, swapped axes, another coil or a
gaussmeter in another unit are found before they can do harm.
"""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from nado_lab.instruments.errors import InstrumentError
from nado_lab.instruments.setups.nanoring.config import Axis, NanoringConfig

_SHARE = 0.1
_FRAMES = (0.0, 1.0, 1.25, 3.0, 3.5, 5.0, 5.25, 6.0)
_LEVELS = (0.0, 0.0, 1.0, 1.0, -0.5, -0.5, 0.0, 0.0)
_HIGH, _LOW = (2.0, 3.0), (4.0, 5.0)


class Watched(Protocol):
    """What is asked of a setup."""

    config: NanoringConfig

    def watched(self, field: np.ndarray) -> Mapping[Axis, np.ndarray]:
        """Play a field (sample, 2) in T; return what each axis' monitor saw (sample,) in T."""
        ...


def prove_field(setup: Watched) -> dict[Axis, float]:
    """Return, per axis, the field that was seen relative to the one asked for, 1 where the calibration holds.

    Raises InstrumentError where it is off by more than ``[monitor] largest_deviation``.
    """
    config = setup.config
    asked = _SHARE * config.limits.max_field_t
    found = {}
    for place, axis in enumerate(Axis):
        field = np.zeros((round(_FRAMES[-1] * config.timing.samples_per_rotation), 2))
        field[:, place] = asked * _shape(config.timing.samples_per_rotation)
        seen = {each: _swing(config, tesla) / (1.5 * asked) for each, tesla in setup.watched(field).items()}
        other = next(each for each in Axis if each is not axis)
        require_axis(axis, seen[axis], seen[other], config.monitor.largest_deviation, asked)
        found[axis] = seen[axis]
    return found


def told(found: Mapping[Axis, float]) -> str:
    """Say in a line what was seen."""
    return (
        ", ".join(f"{axis} {100 * share:.1f} %" for axis, share in found.items()) + " of the field asked for"
    )


def _shape(samples: int) -> np.ndarray:
    frames = np.arange(round(_FRAMES[-1] * samples)) / samples
    return np.interp(frames, _FRAMES, _LEVELS)


def _swing(config: NanoringConfig, tesla: np.ndarray) -> float:
    """Return the difference in T between the two levels; what is there without a drive drops out."""
    samples = config.timing.samples_per_rotation
    high, low = (np.mean(tesla[round(a * samples) : round(b * samples)]) for a, b in (_HIGH, _LOW))
    return float(high - low)


def require_axis(axis: Axis, seen: float, crossed: float, most: float, asked: float) -> None:
    """Raise InstrumentError where an axis saw another share of ``asked`` T than 1, or the other axis saw it.

    The message says what is likely: swapped, inverted, nothing seen, another calibration.
    """
    if abs(seen - 1) <= most and abs(crossed) <= most:
        return
    if abs(crossed) > max(most, abs(seen)):
        why = "the axes are swapped: the other axis' monitor saw it"
    elif abs(crossed) > most:
        why = f"the other axis' monitor saw {100 * crossed:.0f} % of it: turn the probes or the coils"
    elif abs(seen) < most:
        why = "its monitor saw nothing: check coil, supply, generator output, gaussmeter and digitiser"
    elif seen < 0:
        why = "the polarity is inverted: check the leads of coil and probe, and OUTP:POL of the generator"
    else:
        why = "calibrate the axis, or check the generator's amplitude, the coil and the gaussmeter's unit"
    raise InstrumentError(
        f"axis {axis}: asked for {asked * 1e3:.3g} mT, its monitor saw {seen * asked * 1e3:.3g} mT "
        f"({100 * most:.0f} % off is borne); {why}. Nothing is driven further"
    )
