"""The numbers of an opto-electronic delay loop, with their units, and the two published ones."""

from dataclasses import dataclass, field, replace
from math import pi

import numpy as np
from nado_lab.sim_backend.samples.delay_oscillator.filters import LoopFilter, band_pass, low_pass

ROOM_K = 293.0
ELECTRON_C = 1.602176634e-19
BOLTZMANN_J_PER_K = 1.380649e-23
CHAIN_OF_FOUR = ((0, 1, 0, 1), (1, 0, 1, 0), (0, 1, 0, 1), (1, 0, 1, 0))
"""Four nodes in a ring, each driven by both its neighbours."""
AUDIO_HZ = 24e3
AUDIO_GAIN, FAST_GAIN = -0.8, 0.75
"""Gains for computing: below the first bifurcation, which `nado sim delay-oscillator` finds."""
COUPLING = 0.25
"""epsilon for computing: with two neighbours a node it leaves the first bifurcation where it is."""
EXPERIMENT_GAIN = -3.8
"""The gain of the experiment of Banerjee et al. (2021): far above the first bifurcation, chaotic."""


@dataclass(frozen=True)
class Photodiode:
    """The photodiode behind the modulator (assumed values of an InGaAs diode with a load)."""

    power_w: float = 1e-3
    """Optical power at full transmission (W)."""
    amperes_per_watt: float = 0.9
    """Responsivity (A/W)."""
    load_ohm: float = 1e3
    """Resistance that makes a voltage of the current (ohm)."""
    intensity_noise_per_hz: float = 1e-11
    """Relative intensity noise of the laser (1/Hz): -110 dB/Hz, of a diode laser below 100 kHz (assumed)."""

    @property
    def full_volts(self) -> float:
        """Voltage at full transmission in V."""
        return self.power_w * self.amperes_per_watt * self.load_ohm

    def variances(self, bandwidth_hz: float, kelvin: float) -> tuple[float, float, float]:
        """Return relative variances: of the intensity (times r^2), shot (times r), thermal; r: transmission.

        Shot noise 2 e I B, thermal noise 4 k T B / R.
        """
        amperes = self.power_w * self.amperes_per_watt
        shot = 2 * ELECTRON_C * bandwidth_hz / amperes
        thermal = 4 * BOLTZMANN_J_PER_K * kelvin * bandwidth_hz / self.load_ohm / amperes**2
        return self.intensity_noise_per_hz * bandwidth_hz, shot, thermal


@dataclass(frozen=True)
class PhaseParameters:
    """The bias phase of the modulators and how it wanders (lithium niobate; assumed sizes)."""

    mean: float = pi / 4
    """Phase phi without bias voltage (rad)."""
    drift: float = 0.05
    """Standard deviation that the wandering tends to (rad)."""
    drift_time_s: float = 7200.0
    """Correlation time of the wandering (s)."""
    per_kelvin: float = 0.02
    """Shift a kelvin away from 293 K (rad/K)."""


@dataclass(frozen=True)
class Spread:
    """Standard deviations between specimens and between nodes (assumed)."""

    gain: float = 0.02
    """Relative, of beta."""
    phase: float = 0.15
    """Of the phase without bias voltage (rad)."""
    half_wave: float = 0.02
    """Relative, of both half-wave voltages."""
    light: float = 0.02
    """Relative, of the photodiode's voltage."""


@dataclass(frozen=True)
class LoopParameters:
    """A loop: modulator, delay, photodiode, filter; x is the modulator's phase, pi V / (2 half_wave_v)."""

    sample_hz: float
    """Samples a second of the loop."""
    delay: int
    """Delay k of the loop in samples."""
    filter: LoopFilter
    gain: float
    """beta: x = beta times the filtered transmission (rad)."""
    dynamical_noise: float
    """D: sqrt(2 D) N(0, 1) rad is added to x each sample."""
    coupling: float = 0.0
    """epsilon of x_k = y_k + epsilon sum over j of A_kj (y_j - y_k)."""
    adjacency: tuple[tuple[int, ...], ...] = ((0,),)
    half_wave_v: float = 5.0
    """Voltage at the signal electrode that turns light into darkness (V)."""
    bias_half_wave_v: float = 5.0
    """The same of the bias electrode (V)."""
    contrast: float = 0.98
    """(most - least) / (most + least) transmission: an extinction of 20 dB."""
    bits: int = 0
    """Bits of the loop's converter over 0 to 1.25 of full transmission; 0: not quantised."""
    photodiode: Photodiode = field(default_factory=Photodiode)
    phase: PhaseParameters = field(default_factory=PhaseParameters)
    spread: Spread = field(default_factory=Spread)

    @property
    def nodes(self) -> int:
        """Number of coupled loops."""
        return len(self.adjacency)

    @property
    def delay_s(self) -> float:
        """Delay in s."""
        return self.delay / self.sample_hz

    def mixing(self) -> np.ndarray:
        """Return the matrix (node, node) that makes x of the delayed y."""
        adjacency = np.array(self.adjacency, float)
        return np.eye(self.nodes) + self.coupling * (adjacency - np.diag(adjacency.sum(axis=1)))

    def quiet(self) -> "LoopParameters":
        """Return the same loop without any noise, drift or quantisation: its equation alone."""
        silent = replace(self.photodiode, intensity_noise_per_hz=0.0)
        phase = replace(self.phase, drift=0.0)
        return replace(self, dynamical_noise=0.0, bits=0, photodiode=silent, phase=phase)


def audio(
    nodes: int = 1, gain: float = AUDIO_GAIN, coupling: float = COUPLING, sample_hz: float = AUDIO_HZ
) -> LoopParameters:
    """Return the loop of Banerjee et al. (2021), one to four nodes, with a gain fit for computing.

    24 kHz, 100 Hz to 2.5 kHz, 34 samples of delay, phi pi/4, D 1e-3. There beta is -3.8 and epsilon 1.5 (and
    the motion chaotic); here |beta| lies below the first bifurcation, which `theory.first_bifurcation` finds.
    At another rate the delay is the whole number of samples nearest to its 1.417 ms.
    """
    if not 1 <= nodes <= len(CHAIN_OF_FOUR):
        raise ValueError(f"expected 1 to 4 nodes, got {nodes}")
    adjacency = tuple(row[:nodes] for row in CHAIN_OF_FOUR[:nodes])
    return LoopParameters(
        sample_hz=sample_hz,
        delay=round(34 / AUDIO_HZ * sample_hz),
        filter=band_pass(sample_hz, 100.0, 2.5e3),
        gain=gain,
        dynamical_noise=1e-3,
        coupling=coupling,
        adjacency=adjacency,
        bits=12,
    )


def fast(gain: float = FAST_GAIN) -> LoopParameters:
    """Return the loop of Larger et al., Opt. Express 20, 3241 (2012): a low-pass of 240 ns, 400 nodes.

    eps dx/ds = -x + beta sin^2(mu x(s - 1) + rho u + phi0) in the modulator's phase mu x, with gain
    = mu beta (2.5 times 0.3) and sin^2(z) = cos^2(z - pi/2), phi0 0.89 pi; 400 samples of 52.175 ns are the
    delay of 20.87 us. D is assumed.
    """
    sample_hz = 400 / 20.87e-6
    return LoopParameters(
        sample_hz=sample_hz,
        delay=400,
        filter=low_pass(sample_hz, 240e-9),
        gain=gain,
        dynamical_noise=1e-5,
        phase=PhaseParameters(mean=0.39 * pi),
        bits=8,
    )


def loop_of(
    model: str, nodes: int = 1, gain: float | None = None, coupling: float | None = None
) -> LoopParameters:
    """Return a loop by the name of its model, "audio" or "fast"; None: the model's own gain and coupling."""
    if model == "audio":
        return audio(nodes, AUDIO_GAIN if gain is None else gain, COUPLING if coupling is None else coupling)
    if model != "fast":
        raise ValueError(f"no delay loop {model!r}; there are audio and fast")
    if nodes != 1 or coupling is not None:
        raise ValueError("the fast loop has one node and no coupling")
    return fast(FAST_GAIN if gain is None else gain)
