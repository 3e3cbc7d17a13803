"""How a 33500's arbitrary waveform becomes counts, amplitude and offset that can be read in one way only."""

from dataclasses import dataclass

import numpy as np

FULL_SCALE = 32767
"""The largest count of the 16-bit converter (33500 guide, DATA:ARBitrary:DAC: -32767 to 32767)."""
_MOST_VOLTS = 10.0


@dataclass(frozen=True)
class Spread:
    """A waveform over the whole converter: counts (sample,), VOLT in V peak to peak, VOLT:OFFS in V."""

    counts: np.ndarray
    amplitude: float
    offset: float


def spread(volts: np.ndarray, least_vpp: float) -> Spread:
    """Spread a waveform (sample,) in V over the full scale of the converter.

    VOLT is the peak-to-peak of the waveform's own data (33500 guide 33500-90901 p. 192: "amplitude is limited
    if the data points do not span the full range of the output DAC", the built-in sinc to 6.087 Vpp of 10; an
    owner's 33522B agrees, community.keysight.com thread 22573), and VOLT:OFFS is added to the converter's
    zero (same thread). Where the data reach both ends of the converter, VOLT means the same by its full
    scale. Zero volts fall on a whole count. A waveform that is flatter than ``least_vpp`` has both ends of
    the converter, half of ``least_vpp`` up and down, in its last two samples: else VOLT would mean nothing.
    """
    low, high = float(volts.min()), float(volts.max())
    flat = high - low < least_vpp
    if flat:
        middle = (low + high) / 2
        low, high = middle - least_vpp / 2, middle + least_vpp / 2
    step = (high - low) / (2 * FULL_SCALE)
    zero = round(-(high + low) / 2 / step)
    counts = np.clip(np.rint(volts / step) + zero, -FULL_SCALE, FULL_SCALE)
    if flat:
        counts[-2:] = FULL_SCALE, -FULL_SCALE
    most = _MOST_VOLTS - (high - low) / 2
    return Spread(counts, high - low, min(max(-zero * step, -most), most))
