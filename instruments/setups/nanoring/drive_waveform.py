"""The rotating field of whole trials as sampled quadrature waveforms, and what they ask of the coils.

A trial is cut into frames of one rotation period: a saturating pulse along +y, a frame at zero field in
which the initial state is read, then one rotation a step. Rotations start along +y, so the amplitude of the
last one runs straight into the next pulse; a tail frame after the last trial takes the field to zero.
"""

from dataclasses import dataclass

import numpy as np

START_RAD = np.pi / 2
LEAD_FRAMES = 2


def angles(samples: int) -> np.ndarray:
    """Return the field angle (sample,) in rad of each sample of a rotation."""
    return START_RAD + 2 * np.pi * np.arange(samples) / samples


@dataclass(frozen=True)
class DriveWaveform:
    """Rotation frequency in Hz, samples a rotation, pulse field in T, lead of each axis in rad."""

    rotation_hz: float
    samples: int
    reset_t: float
    lead_rad: tuple[float, float] = (0.0, 0.0)

    @property
    def rate_hz(self) -> float:
        """Samples a second."""
        return self.rotation_hz * self.samples

    def angles(self) -> np.ndarray:
        """Return the field angle (sample,) in rad of each sample of a rotation."""
        return angles(self.samples)

    def points(self, trials: int, steps: int) -> int:
        """Return the number of samples of a burst of trials, tail included."""
        return (trials * (LEAD_FRAMES + steps) + 1) * self.samples

    def field(self, amplitudes: np.ndarray) -> np.ndarray:
        """Return the field (sample, 2) in T of a burst with amplitudes (trial, step) in T."""
        trials, steps = amplitudes.shape
        frames = np.zeros((trials, LEAD_FRAMES + steps, self.samples, 2))
        phi = self.angles()
        directions = np.stack([np.cos(phi + self.lead_rad[0]), np.sin(phi + self.lead_rad[1])], axis=-1)
        frames[:, LEAD_FRAMES:] = amplitudes[:, :, None, None] * directions
        previous = np.concatenate([[0.0], amplitudes[:-1, -1]]) if steps else np.zeros(trials)
        frames[:, 0, :, 1] = self._pulse(previous)
        tail = np.zeros((self.samples, 2))
        tail[:, 1] = (amplitudes[-1, -1] if steps else 0.0) * self._fall()
        return np.concatenate([frames.reshape(-1, 2), tail])

    def single(self, amplitude: float) -> np.ndarray:
        """Return the field (sample, 2) in T of one rotation alone: up along +y, round, down again."""
        quarter, phi = self.samples // 4, self.angles()
        ramp = np.linspace(0, 1, quarter, endpoint=False)
        still = np.zeros(quarter)
        rise, fall = np.stack([still, ramp], axis=1), np.stack([still, 1 - ramp], axis=1)
        turn = np.stack([np.cos(phi + self.lead_rad[0]), np.sin(phi + self.lead_rad[1])], axis=1)
        return np.concatenate([amplitude * rise, amplitude * turn, amplitude * fall, np.zeros((quarter, 2))])

    def _pulse(self, previous: np.ndarray) -> np.ndarray:
        """Return the pulse (trial, sample): up from the last amplitude, hold, down, zero, a quarter each."""
        quarter = self.samples // 4
        rise = np.linspace(0, 1, quarter, endpoint=False)
        pulse = np.zeros((len(previous), self.samples))
        pulse[:, :quarter] = previous[:, None] + (self.reset_t - previous[:, None]) * rise
        pulse[:, quarter : 2 * quarter] = self.reset_t
        pulse[:, 2 * quarter : 3 * quarter] = self.reset_t * (1 - rise)
        return pulse

    def _fall(self) -> np.ndarray:
        quarter = self.samples // 4
        fall = np.zeros(self.samples)
        fall[:quarter] = np.linspace(1, 0, quarter, endpoint=False)
        return fall

    def steepest(self, amplitudes: np.ndarray) -> float:
        """Return an upper bound in T/s of the slew of a burst (trial, step): jumps, rotation, ramps."""
        ramp = 4 * self.rotation_hz * max(self.reset_t, float(np.max(np.abs(amplitudes), initial=0.0)))
        if not amplitudes.size:
            return ramp
        padded = np.concatenate([np.zeros((len(amplitudes), 1)), amplitudes], axis=1)
        jump = float(np.max(np.abs(np.diff(padded, axis=1)))) * self.rate_hz
        turn = 2 * np.pi * self.rotation_hz * float(np.max(np.abs(amplitudes)))
        return max(ramp, jump + turn)

    def duty(self, amplitudes: np.ndarray, most_t: float) -> float:
        """Return the mean square field of one axis over the worst trial, relative to ``most_t`` squared."""
        frames = LEAD_FRAMES + amplitudes.shape[1]
        rotating = np.sum(amplitudes**2, axis=1) / 2
        pulse = self.reset_t**2 * (1 / 4 + 2 / 12)
        return float(np.max(rotating + pulse, initial=0.0)) / frames / most_t**2
