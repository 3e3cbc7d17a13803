"""The input of whole trials as sampled voltages: rest, then each step's input times the mask of its port.

A burst is a lead at rest in which the biases settle, the trials, each after its rest, and a step of rest.
"""

from dataclasses import dataclass

import numpy as np
from nado_lab.instruments.setups.delay_oscillator.config import MaskConfig


def mask_of(config: MaskConfig, samples: int, ports: int) -> np.ndarray:
    """Return the mask (sample, port), in [-1, 1], that a seed draws."""
    rng = np.random.default_rng([config.seed, 41])
    if config.values == "none":
        return np.ones((samples, ports))
    if config.values == "binary":
        return rng.choice([-1.0, 1.0], (samples, ports))
    return rng.uniform(-1.0, 1.0, (samples, ports))


@dataclass(frozen=True)
class DriveWaveform:
    """The mask (sample, port) of a step, the biases (port,) in V, and how many steps the input rests."""

    mask: np.ndarray
    bias_v: np.ndarray
    rest_steps: int

    @property
    def samples(self) -> int:
        """Samples a step."""
        return len(self.mask)

    def points(self, trials: int, steps: int) -> int:
        """Return the number of samples of a burst of trials, lead and tail included."""
        return (self.rest_steps + trials * (self.rest_steps + steps) + 1) * self.samples

    def volts(self, inputs: np.ndarray) -> np.ndarray:
        """Return signals, then biases (sample, 2 x port) in V of inputs (trial, step, port) in V."""
        trials, steps, ports = inputs.shape
        signal = np.zeros((trials, self.rest_steps + steps, self.samples, ports))
        signal[:, self.rest_steps :] = inputs[:, :, None, :] * self.mask
        lead = np.zeros((self.rest_steps * self.samples, ports))
        tail = np.zeros((self.samples, ports))
        return self._biased(np.concatenate([lead, signal.reshape(-1, ports), tail]))

    def trials(self, seen: np.ndarray, trials: int) -> np.ndarray:
        """Return what was read in a burst (sample, port), trial by trial: (trial, step, sample, port).

        The first step of each is the last of its rest.
        """
        frames = seen[self.rest_steps * self.samples : -self.samples]
        frames = frames.reshape(trials, -1, self.samples, seen.shape[1])
        return frames[:, self.rest_steps - 1 :]

    def _biased(self, signal: np.ndarray) -> np.ndarray:
        return np.hstack([signal, np.broadcast_to(self.bias_v, signal.shape)])
