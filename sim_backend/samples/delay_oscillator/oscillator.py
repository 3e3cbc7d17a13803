"""The delay oscillator as a sample on a bench: volts at the modulators in, volts of the photodiodes out."""

import numpy as np
from nado_lab.sim_backend.samples.delay_oscillator.drift import PhaseDrift
from nado_lab.sim_backend.samples.delay_oscillator.kernel import run_loop
from nado_lab.sim_backend.samples.delay_oscillator.parameters import ROOM_K, LoopParameters, audio
from nado_lab.sim_backend.samples.stream import seeded_words

CONVERTER_SPAN = 1.25
"""What the loop's converter spans, in full transmissions."""
_SETTLING = 50


class DelayOscillator:
    """One to four coupled loops; `seed` draws their constants, `noise_seed` noise and drift (None: the seed).

    `spread` False: all constants as the parameters state them.
    """

    def __init__(
        self,
        parameters: LoopParameters | None = None,
        seed: int = 0,
        *,
        noise_seed: int | None = None,
        spread: bool = True,
    ) -> None:
        self.parameters = chosen = parameters or audio()
        self.nodes = chosen.nodes
        self._draw_constants(np.random.default_rng([seed, 31]), 1.0 if spread else 0.0)
        stream = seed if noise_seed is None else noise_seed
        self._words = seeded_words(stream, self.nodes)
        self._drift = PhaseDrift(chosen.phase.drift, chosen.phase.drift_time_s, self.nodes, stream)
        self._mixing = chosen.mixing()
        self._coefficients = np.array([*chosen.filter.b, *chosen.filter.a])
        self.set_temperature(ROOM_K)
        self._position = 0
        self._ring = np.zeros((chosen.delay, self.nodes))
        self._outputs = np.zeros((2, self.nodes))
        self._lights = np.zeros((2, self.nodes))
        self._phase_now = self.phase.copy()
        self._settle()

    def _draw_constants(self, rng: np.random.Generator, size: float) -> None:
        chosen, spread = self.parameters, self.parameters.spread
        draws = size * rng.standard_normal((5, self.nodes))
        self.gain = chosen.gain * (1 + spread.gain * draws[0])
        self.phase = chosen.phase.mean + spread.phase * draws[1]
        self.half_wave_v = chosen.half_wave_v * (1 + spread.half_wave * draws[2])
        self.bias_half_wave_v = chosen.bias_half_wave_v * (1 + spread.half_wave * draws[3])
        self.full_volts = chosen.photodiode.full_volts * (1 + spread.light * draws[4])
        self.contrast = np.full(self.nodes, chosen.contrast)

    def set_temperature(self, kelvin: float) -> None:
        """Warm the modulators and photodiodes to ``kelvin`` K: the phase shifts, thermal noise changes."""
        chosen = self.parameters
        intensity, shot, thermal = chosen.photodiode.variances(chosen.sample_hz / 2, kelvin)
        quiet = chosen.dynamical_noise == 0.0
        count = CONVERTER_SPAN / 2**chosen.bits if chosen.bits else 0.0
        deviation = np.sqrt(2 * chosen.dynamical_noise)
        self._noise = np.array([deviation, intensity, shot, thermal, count])
        if quiet:
            self._noise[1:4] = 0.0
        self._shift = chosen.phase.per_kelvin * (kelvin - ROOM_K)

    def _settle(self) -> None:
        """Begin where the light has always been what it is without a drive."""
        light = y = np.zeros(self.nodes)
        for _ in range(_SETTLING):
            light = 0.5 + 0.5 * self.contrast * np.cos(2 * (self._mixing @ y + self.phase))
            y = self.gain * self.parameters.filter.at_rest * light
        self._lights[:], self._ring[:], self._outputs[:] = light, y, y

    def advance(self, volts: np.ndarray, bias_v: np.ndarray, time_s: float) -> np.ndarray:
        """Return photodiode volts (tick, node) for signal and bias volts (tick, node) from ``time_s`` on."""
        signal = np.ascontiguousarray(np.pi / 2 * np.asarray(volts, float) / self.half_wave_v)
        if signal.ndim != 2 or signal.shape[1] != self.nodes or np.shape(bias_v) != signal.shape:
            shapes = f"{signal.shape} and {np.shape(bias_v)}"
            raise ValueError(f"expected volts and bias (tick, {self.nodes}), got {shapes}")
        phase = self.phase_at(time_s + np.arange(len(signal)) / self.parameters.sample_hz)
        phase = phase + np.pi / 2 * np.asarray(bias_v, float) / self.bias_half_wave_v
        seen = np.empty_like(signal)
        self._position = run_loop(
            self._position,
            self._ring,
            self._outputs,
            self._lights,
            self._words,
            self._mixing,
            self._coefficients,
            self.gain,
            self.contrast,
            self._noise,
            signal,
            phase,
            seen,
        )
        self._phase_now = phase[-1].copy() if len(phase) else self._phase_now
        return seen * self.full_volts

    def states(self) -> dict[str, tuple[np.ndarray, str]]:
        """Return the present light, phase of the modulator with its bias, and feedback of each node."""
        return {
            "light": (self._lights[0] * self.full_volts, "V"),
            "phase": (self._phase_now.copy(), "rad"),
            "feedback": (self._outputs[0].copy(), "rad"),
        }

    def phase_at(self, times: np.ndarray) -> np.ndarray:
        """Return the phase phi (tick, node) in rad without bias voltage, drift included, at times in s."""
        return self.phase + self._shift + self._drift.at(np.asarray(times, float))

    @property
    def loop_state(self) -> np.ndarray:
        """The filters' outputs (delay, node) in rad of the last delay, oldest first."""
        return np.roll(self._ring, -self._position, axis=0)
