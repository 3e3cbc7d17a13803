"""The electrical filter of the loop as y[n] = b0 r[n] + b1 r[n-1] + b2 r[n-2] - a1 y[n-1] - a2 y[n-2]."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter


@dataclass(frozen=True)
class LoopFilter:
    """Coefficients b (b0, b1, b2) and a (a1, a2); a0 is one."""

    b: tuple[float, float, float]
    a: tuple[float, float]

    def response(self, z: np.ndarray) -> np.ndarray:
        """Return the transfer function at z (…,), exp(i omega) on the unit circle."""
        inverse = 1 / np.asarray(z)
        above = self.b[0] + self.b[1] * inverse + self.b[2] * inverse**2
        return above / (1 + self.a[0] * inverse + self.a[1] * inverse**2)

    @property
    def at_rest(self) -> float:
        """Gain of a constant."""
        return sum(self.b) / (1 + sum(self.a))


def band_pass(sample_hz: float, low_hz: float, high_hz: float) -> LoopFilter:
    """Return the Butterworth band-pass of second order between two corners in Hz.

    `butter(1, [fl fh] * 2 / Fs)` in the code of Banerjee et al., Phys. Rev. X 11, 031014 (2021)
    (banerjeeamitava/Delay-Network-Inference).
    """
    section = np.asarray(butter(1, [low_hz, high_hz], "bandpass", fs=sample_hz, output="sos"))[0]
    b0, b1, b2, _, a1, a2 = section.tolist()
    return LoopFilter((b0, b1, b2), (a1, a2))


def low_pass(sample_hz: float, response_s: float) -> LoopFilter:
    """Return the low-pass of first order, exact for a light that is constant within each sample.

    The solution of response_s dy/dt = -y + r(t) at the ends of the samples.
    """
    kept = float(np.exp(-1 / (sample_hz * response_s)))
    return LoopFilter((1 - kept, 0.0, 0.0), (-kept, 0.0))
