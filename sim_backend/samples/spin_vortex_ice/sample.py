"""An artificial spin-vortex ice as a sample on a bench."""

from typing import NamedTuple

import numpy as np
from nado_lab.sim_backend.noise import derived_seed
from nado_lab.sim_backend.samples.spin_vortex_ice.bars import field_direction, place_bars
from nado_lab.sim_backend.samples.spin_vortex_ice.kernel import VORTEX_CLOCKWISE, Ice, apply_field
from nado_lab.sim_backend.samples.spin_vortex_ice.parameters import PRESETS, Preset, SpinVortexIceParameters
from nado_lab.sim_backend.samples.spin_vortex_ice.readout import Mounting, correlated_noise, draw_mounting
from nado_lab.sim_backend.samples.spin_vortex_ice.spectrum import line_spectrum
from nado_lab.sim_backend.samples.stream import seeded_words

REFERENCE_K = 293.0
"""Temperature to which the parameters belong (K)."""
ABSORBED = 0.05
"""What all bars together take out of a waveguide at one frequency, relative to what is sent."""
CERTAIN = 4.0
"""Thermal deviations beyond which a bar surely bears a field, or surely does not."""


class IceState(NamedTuple):
    """Snapshot for drawing."""

    position: np.ndarray
    """(bar, 2) m."""
    moment: np.ndarray
    """(bar, 2): unit vector of a macrospin, zero for a vortex."""
    chirality: np.ndarray
    """(bar,): -1 clockwise or +1 anticlockwise for a vortex, 0 for a macrospin."""
    wide: np.ndarray
    """(bar,) bool."""


class SpinVortexIce:
    """Hold one sample of 2 size (size + 1) bars, driven by fields along the lattice diagonal.

    One step of an experiment is `field_loop(peak)` and then a spectrum at the field it left, -peak:
    `measured_spectrum()` with gain, offset and noise, or `spectrum()` without. `seed` makes the sample, `run`
    its mounting (gain, offset and modes drift between runs); both together seed the noise, unless
    `noise_seed` chooses another realisation of it.
    """

    def __init__(
        self,
        preset: Preset | str = Preset.WM,
        size: int = 20,
        seed: int = 0,
        *,
        run: int = 0,
        noise_seed: int | None = None,
        parameters: SpinVortexIceParameters | None = None,
    ) -> None:
        if size < 1:
            raise ValueError(f"expected size >= 1, got {size}")
        self.preset, self.size, self.seed = Preset(preset), size, seed
        self.noise_seed = seed if noise_seed is None else derived_seed(seed, noise_seed)
        self.parameters = parameters or PRESETS[self.preset]
        rng = np.random.default_rng(seed)
        self._bars = place_bars(size, self.parameters)
        self._draw_modes(rng)
        self._ice = self._draw_ice(rng)
        self.field_t = 0.0
        self.noise_scale = 1.0
        self.mount(run)
        self.saturate()

    @property
    def bars(self) -> int:
        """Number of bars."""
        return len(self._bars.wide)

    @property
    def frequencies_hz(self) -> np.ndarray:
        """Frequencies (channel,) at which the preset's spectrum is measured, in Hz."""
        numbers = self.parameters.spectrum
        return numbers.first_hz + numbers.step_hz * np.arange(numbers.channels)

    @property
    def vortex_share(self) -> float:
        """Share of the wide bars that are vortices, 0 to 1."""
        wide = self._bars.wide
        return float(np.mean(self._ice.state[wide] >= VORTEX_CLOCKWISE)) if wide.any() else 0.0

    def mount(self, run: int) -> Mounting:
        """Mount the sample anew: gain, offset and noise of another run."""
        self.mounting = draw_mounting(self.seed, run, self.parameters.spectrum)
        self._noise = np.random.default_rng([self.noise_seed, run, 1])
        return self.mounting

    def saturate(self) -> None:
        """Put every bar against the field's positive direction, as a strong negative pulse does."""
        self._ice.state[:] = -1
        self._ice.vortices[:] = 0
        self._ice.local[:] = 0.0
        np.add.at(self._ice.local, self._bars.neighbour, -self._bars.push)
        self.field_t = 0.0

    def set_temperature(self, kelvin: float) -> None:
        """Spread the switching fields from pulse to pulse as at ``kelvin`` K: with its power of two thirds.

        That is the law for a barrier that falls with the field to the power 1.5 (Kurkijarvi, Phys. Rev. B 6,
        832, 1972).
        """
        spread = self.parameters.thermal_spread * (kelvin / REFERENCE_K) ** (2 / 3)
        self._ice = self._ice._replace(thermal=spread, sure=1 - CERTAIN * spread)

    def apply(self, field_tesla: float) -> None:
        """Apply a field (T, signed) along the diagonal and let the bars follow."""
        apply_field(self._ice, float(field_tesla))
        self.field_t = float(field_tesla)

    def field_loop(self, peak_tesla: float) -> None:
        """Apply +peak, then -peak (T); the field stays at -peak."""
        self.apply(peak_tesla)
        self.apply(-peak_tesla)

    def spectrum(
        self, frequencies_hz: np.ndarray | None = None, field_tesla: float | None = None
    ) -> np.ndarray:
        """Return dP/dH (channel,) without noise at a field (T; the last applied by default)."""
        channel = self.frequencies_hz if frequencies_hz is None else np.asarray(frequencies_hz, float)
        field = self.field_t if field_tesla is None else field_tesla
        frequency, shift = self._modes(field)
        numbers = self.parameters.spectrum
        scale = numbers.signal / self.bars
        return scale * line_spectrum(frequency, self._weight * shift, numbers.linewidth_hz, channel)

    def transmission(self, frequencies_hz: np.ndarray) -> np.ndarray:
        """Return S21 (channel,) of a waveguide under the sample: one, less what the bars absorb.

        A bar takes out a complex Lorentzian at its mode; its depth is assumed (A), its width that of spectra.
        """
        frequency, _ = self._modes(self.field_t)
        numbers = self.parameters.spectrum
        away = (np.asarray(frequencies_hz, float)[:, None] - frequency) / numbers.linewidth_hz
        return 1 - ABSORBED / self.bars * (self._weight / (1 + 1j * away)).sum(axis=1)

    def spectrum_noise(self, frequencies_hz: np.ndarray | None = None) -> np.ndarray:
        """Return the noise (channel,) of one spectrum: correlated between channels, new each time."""
        channel = self.frequencies_hz if frequencies_hz is None else np.asarray(frequencies_hz, float)
        return correlated_noise(channel, self.parameters.spectrum, self._noise)

    def measured_spectrum(self, frequencies_hz: np.ndarray | None = None) -> np.ndarray:
        """Return the spectrum (channel,) at the present field with gain, offset and noise of the run."""
        channel = self.frequencies_hz if frequencies_hz is None else np.asarray(frequencies_hz, float)
        gain, offset, shift = self.mounting
        noise = self.noise_scale * self.spectrum_noise(channel)
        return gain * self.spectrum(channel - shift) + offset + noise

    def replay(self, peaks_tesla: np.ndarray) -> np.ndarray:
        """Run one field loop and one measured spectrum for every peak field (T): (step, channel)."""
        spectra = np.empty((len(peaks_tesla), len(self.frequencies_hz)))
        for step, peak in enumerate(peaks_tesla):
            self.field_loop(float(peak))
            spectra[step] = self.measured_spectrum()
        return spectra

    def state(self) -> IceState:
        """Return where the bars are and what each of them is."""
        state = self._ice.state
        vortex = state >= VORTEX_CLOCKWISE
        moment = np.where(vortex, 0, state)[:, None] * self._bars.direction
        chirality = np.where(vortex, 2 * (state - VORTEX_CLOCKWISE) - 1, 0)
        return IceState(self._bars.position, moment, chirality, self._bars.wide)

    def _draw_modes(self, rng: np.random.Generator) -> None:
        wide, numbers = self._bars.wide, self.parameters
        spread = rng.normal(0.0, numbers.spectrum.mode_spread_hz, len(wide))
        self._mode = np.where(wide, numbers.wide_bar.mode_hz, numbers.thin_bar.mode_hz) + spread
        self._vortex_mode = numbers.vortex.mode_hz + spread
        self._slope = np.where(wide, numbers.wide_bar.slope_hz_per_t, numbers.thin_bar.slope_hz_per_t)
        self._weight = np.where(wide, 1.0, numbers.thin_bar.width_m / numbers.wide_bar.width_m)

    def _draw_ice(self, rng: np.random.Generator) -> Ice:
        bars, numbers, count = self._bars, self.parameters, len(self._bars.wide)
        mean = np.where(bars.wide, numbers.wide_bar.switching_t, numbers.thin_bar.switching_t)
        share = np.where(bars.wide, numbers.wide_bar.switching_spread, numbers.thin_bar.switching_spread)
        lever = bars.direction @ field_direction(numbers)
        collapse = numbers.vortex.collapse_t * np.cos(np.pi / 4)
        return Ice(
            neighbour=bars.neighbour,
            push=bars.push,
            near=bars.near.astype(np.int64),
            lever=lever,
            switching=mean * (1 + share * rng.normal(size=count)),
            collapse=collapse * (1 + numbers.vortex.collapse_spread * rng.normal(size=count)),
            chance=np.where(bars.wide, rng.uniform(*numbers.vortex.chance, count), 0.0),
            chance_per_neighbour=numbers.vortex.chance_per_neighbour,
            thermal=numbers.thermal_spread,
            sure=1 - CERTAIN * numbers.thermal_spread,
            state=np.zeros(count, np.int64),
            local=np.zeros(count),
            vortices=np.zeros(count, np.int64),
            words=seeded_words(self.noise_seed, 1)[0],
        )

    def _modes(self, field: float) -> tuple[np.ndarray, np.ndarray]:
        """Return frequency (bar,) Hz and its change with the applied field (bar,) Hz/T."""
        state, lever = self._ice.state, self._ice.lever
        along = lever * field + self._ice.local
        vortex = self.parameters.vortex
        bend = np.tanh(along / vortex.scale_t)
        swirl = state >= VORTEX_CLOCKWISE
        turned = self._slope * state
        frequency = np.where(swirl, self._vortex_mode + vortex.shift_hz * bend, self._mode + turned * along)
        steep = np.where(swirl, vortex.shift_hz / vortex.scale_t * (1 - bend**2), turned)
        return frequency, steep * lever
