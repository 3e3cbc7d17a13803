"""The pulses of trials as samples, and what is read from the currents that answer them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from nado_lab.instruments.setups.memristor_array.config import PulseConfig

_SETTLED = 0.5
"""Share of a pulse that is left out at its begin: the amplifiers settle."""


@dataclass(frozen=True)
class Pulses:
    """A rest, a step without a write pulse (the start state's readout), then a step a write voltage."""

    config: PulseConfig
    rest_s: float

    @cached_property
    def write(self) -> int:
        """Samples of the write pulse."""
        return round(self.config.write_s * self.config.rate_hz)

    @cached_property
    def read(self) -> int:
        """Samples of the read pulse."""
        return round(self.config.read_s * self.config.rate_hz)

    @cached_property
    def step(self) -> int:
        """Samples of a step."""
        return self.write + round(self.config.wait_s * self.config.rate_hz) + self.read

    @cached_property
    def rest(self) -> int:
        """Samples of the rest before each trial."""
        return max(round(self.rest_s * self.config.rate_hz), 1)

    def trial(self, steps: int) -> int:
        """Return the samples of a trial of so many steps."""
        return self.rest + (1 + steps) * self.step

    def volts(self, inputs: np.ndarray) -> np.ndarray:
        """Return volts (sample, device) of write voltages (trial, device, step): trials, then a zero."""
        trials, devices, steps = inputs.shape
        frames = np.zeros((trials, devices, 1 + steps, self.step))
        frames[:, :, 1:, : self.write] = inputs[..., None]
        frames[..., -self.read :] = self.config.read_v
        whole = np.zeros((trials, devices, self.trial(steps)))
        whole[:, :, self.rest :] = frames.reshape(trials, devices, -1)
        played = whole.transpose(0, 2, 1).reshape(-1, devices)
        return np.concatenate([played, np.zeros((1, devices))])

    def step_volts(self, inputs: np.ndarray) -> np.ndarray:
        """Return volts (sample, device) of one step of write voltages (device,), then a zero."""
        volts = np.zeros((self.step + 1, len(inputs)))
        volts[: self.write] = inputs
        volts[self.step - self.read : -1] = self.config.read_v
        return volts

    def frames(self, amperes: np.ndarray, trials: int) -> np.ndarray:
        """Return (trial, device, 1 + step, sample) of (sample, device), rests and the end left out."""
        devices = amperes.shape[1]
        whole = amperes[:-1].reshape(trials, -1, devices).transpose(0, 2, 1)
        return whole[:, :, self.rest :].reshape(trials, devices, -1, self.step)

    def readout(self, frames: np.ndarray) -> np.ndarray:
        """Return (…, channel) of frames (…, sample) in A: means of the read and of the write pulse."""
        read = frames[..., self.step - self.read + int(_SETTLED * self.read) :]
        write = frames[..., int(_SETTLED * self.write) : self.write]
        return np.stack([read.mean(axis=-1), write.mean(axis=-1)], axis=-1)
