"""The nanoring setup, hardware-timed: a rotating field of new amplitude each rotation, and the AMR voltage.

A batch of trials is uploaded as two quadrature waveforms, started by one trigger, digitised, read in blocks.
"""

from collections.abc import Callable, Iterator

import numpy as np
from nado_lab.instruments.errors import SetupError
from nado_lab.instruments.setups.nanoring.bench import NanoringBench, now
from nado_lab.instruments.setups.nanoring.drive_waveform import LEAD_FRAMES
from nado_lab.instruments.setups.nanoring.harmonics import basis, harmonics
from nado_lab.instruments.setups.records import Reset, Response
from nado_lab.instruments.setups.stepwise import Played, Ready

_STEPPED_FRAMES = 2  # a rotation, its rise and its fall, and the zero between (DriveWaveform.single)


class NanoringSetup(NanoringBench):
    """Drive the array and read it, one trial after the other; a Device."""

    @property
    def is_stepped(self) -> bool:
        """Whether each step is a burst of its own, with the field at zero between."""
        return self.config.timing.mode == "stepped"

    @property
    def step_s(self) -> float:
        """Duration of a step in s: one rotation, and in mode stepped its rise, its fall and zero after it."""
        return (_STEPPED_FRAMES if self.is_stepped else 1) * self.rotation_s

    @property
    def reset(self) -> Reset:
        """The saturating pulse and a rotation at zero field."""
        words = f"a pulse of {1e3 * self.waveform.reset_t:g} mT along +y, then one rotation at zero field"
        return Reset(words, LEAD_FRAMES * self.rotation_s)

    def estimate_s(self, trials: int, steps: int) -> float:
        """Take the rotations of all trials, lead and tail of each burst included; uploads are short."""
        each = 1 if self.is_stepped else self._batch_size(steps)
        bursts = -(-trials // each)
        rotations = trials * (LEAD_FRAMES + steps) + bursts
        if self.is_stepped:
            rotations = trials * (LEAD_FRAMES + 1 + _STEPPED_FRAMES * steps)
        return rotations * self.rotation_s

    def _play(self, inputs: np.ndarray, should_stop: Callable[[], bool]) -> Iterator[Response]:
        field = inputs[..., 0]
        self._prove_once()
        for first in range(0, len(field), size := 1 if self.is_stepped else self._batch_size(field.shape[1])):
            batch = field[first : first + size]
            play = self._steps if self.is_stepped else self._trials
            volts = None if should_stop() else play(batch, should_stop)
            if volts is None:
                self.shutdown()
                return
            yield from self._responses(volts, batch)

    def _trials(self, batch: np.ndarray, should_stop: Callable[[], bool]) -> np.ndarray | None:
        """Play amplitudes (trial, step) in T in one burst; return (trial, frame, sample, contact)."""
        volts = self.burst(self.waveform.field(batch), self.digitisers, should_stop)
        if volts is None:
            return None
        frames = volts[: -self.waveform.samples]
        return frames.reshape(len(batch), -1, self.waveform.samples, len(self.digitisers))

    def _steps(self, batch: np.ndarray, should_stop: Callable[[], bool]) -> np.ndarray | None:
        """Play amplitudes (1, step) in T, one burst a step, the field at zero between them."""
        lead = self._lead(should_stop)
        frames = [] if lead is None else list(lead)
        for amplitude in batch[0]:
            frame = None if not frames else self._single(amplitude, should_stop)
            if frame is None:
                return None
            frames.append(frame)
        return np.stack(frames)[None] if frames else None

    def _lead(self, should_stop: Callable[[], bool], ready: Callable[[], None] = now) -> np.ndarray | None:
        """Play the saturating pulse and the frame at zero; return both (frame, sample, contact)."""
        volts = self.burst(self.waveform.field(np.zeros((1, 0))), self.digitisers, should_stop, ready)
        if volts is None:
            return None
        samples = self.waveform.samples
        return volts[: LEAD_FRAMES * samples].reshape(LEAD_FRAMES, samples, -1)

    def _single(
        self, amplitude: float, should_stop: Callable[[], bool], ready: Callable[[], None] = now
    ) -> np.ndarray | None:
        """Play one rotation of so many T in a burst of its own; return its frame (sample, contact)."""
        volts = self.burst(self.waveform.single(amplitude), self.digitisers, should_stop, ready)
        quarter = self.waveform.samples // 4
        return None if volts is None else volts[quarter : quarter + self.waveform.samples]

    # -- step by step ------------------------------------------------------------------------

    def begin_steps(self, ready: Ready, should_stop: Callable[[], bool]) -> Played | None:
        """Saturate, and read the start state at zero field."""
        self._prove_once()
        lead = self._lead(should_stop, lambda: ready(self.rotation_s))
        return None if lead is None else self._played(lead[-1])

    def play_step(self, inputs: np.ndarray, ready: Ready, should_stop: Callable[[], bool]) -> Played | None:
        """Play one rotation as a burst of its own, with the field at zero before and after it."""
        frame = self._single(float(inputs[0]), should_stop, ready)
        return None if frame is None else self._played(frame)

    def _played(self, frame: np.ndarray) -> Played:
        """Read the harmonics of a frame (sample, contact)."""
        return Played(harmonics(frame[None, None], basis(self.waveform.angles()))[0, 0], frame)

    def _batch_size(self, steps: int) -> int:
        memory = self.generator.memory_points // self.waveform.samples - 1
        in_time = int(self.config.timing.max_burst_s * self.config.timing.rotation_hz) - 1
        trials = min(memory, in_time) // (LEAD_FRAMES + steps)
        if trials < 1 and memory < LEAD_FRAMES + steps:
            raise SetupError(f"{steps} steps do not fit the generator's memory of {memory} rotations")
        return max(trials, 1)

    def _responses(self, frames: np.ndarray, batch: np.ndarray) -> Iterator[Response]:
        readout = harmonics(frames[:, 1:], basis(self.waveform.angles()))
        for trial in range(len(batch)):
            yield Response(
                readout=readout[trial, 1:],
                initial=readout[trial, 0],
                waveform=frames[trial, LEAD_FRAMES:],
                input=batch[trial][:, None],
            )
