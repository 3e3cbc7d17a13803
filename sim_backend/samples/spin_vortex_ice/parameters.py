"""The numbers of an artificial spin-vortex ice, with their units, and the three presets."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

OERSTED_T = 1e-4


class Preset(StrEnum):
    """Samples of Stenning et al., Nat. Commun. 15, 7377 (2024)."""

    MS = "MS"
    """Square lattice of thin bars: macrospins only."""
    WM = "WM"
    """Square lattice with rows and columns of thin and wide bars in turn."""
    PW = "PW"
    """Pinwheel lattice, wide and thin bars at random, more disorder."""


@dataclass(frozen=True)
class BarParameters:
    """One kind of bar."""

    width_m: float
    switching_t: float
    """Field along the bar that reverses it (T)."""
    switching_spread: float
    """Relative standard deviation of the switching field between bars."""
    mode_hz: float
    """Resonance at zero field (Hz)."""
    slope_hz_per_t: float
    """Shift of the resonance by a field along the bar's own direction (Hz/T)."""


THIN = BarParameters(125e-9, 30e-3, 0.015, 8.7e9, 0.035e12)
WIDE = BarParameters(200e-9, 15e-3, 0.03, 6.9e9, 0.045e12)


@dataclass(frozen=True)
class VortexParameters:
    """The third and fourth state of a wide bar (Gartside et al., Nat. Nanotechnol. 17, 460, 2022)."""

    chance: tuple[float, float] = (0.013, 0.030)
    """Range over bars of the chance to become a vortex on reversal, without vortices beside."""
    chance_per_neighbour: float = 0.02
    """Added for every neighbouring bar that is a vortex."""
    collapse_t: float = 22e-3
    """Field along the lattice diagonal that turns a vortex back into a macrospin (T)."""
    collapse_spread: float = 0.03
    """Relative standard deviation of the collapse field between bars."""
    mode_hz: float = 4.5e9
    """Resonance at zero field (Hz)."""
    shift_hz: float = 0.3e9
    """Largest shift by a field (Hz): shift tanh(B / scale)."""
    scale_t: float = 5e-3
    """Scale of that shift (T)."""


@dataclass(frozen=True)
class SpectrumParameters:
    """The field-modulated resonance signal dP/dH."""

    first_hz: float = 1.9e9
    step_hz: float = 20e6
    channels: int = 395
    linewidth_hz: float = 0.2e9
    """Half width at half maximum of a bar's Lorentzian (Hz)."""
    mode_spread_hz: float = 0.1e9
    """Standard deviation of the resonance between bars (Hz)."""
    signal: float = 1.0
    """Scale of the spectrum, in the arbitrary units of the lock-in."""
    noise: float = 0.012
    """Standard deviation of the noise of a channel, in the same units."""
    noise_length_hz: float = 60e6
    """Width over which the noise of neighbouring channels is alike (Hz)."""
    gain_range: tuple[float, float] = (0.66, 1.0)
    """Range of the gain from one mounting of the sample to the next."""
    offset: float = 0.01
    """Standard deviation of the offset between mountings."""


@dataclass(frozen=True)
class SpinVortexIceParameters:
    """One sample."""

    lattice: str = "square"
    """square or pinwheel."""
    wide: str = "rows"
    """Which bars are wide: none, rows (every other row and column), or random (half of them)."""
    thin_bar: BarParameters = THIN
    wide_bar: BarParameters = WIDE
    vortex: VortexParameters = field(default_factory=VortexParameters)
    spectrum: SpectrumParameters = field(default_factory=SpectrumParameters)
    spacing_m: float = 700e-9
    """Distance of the vertices: bar length 600 nm and gap 100 nm (m)."""
    length_m: float = 600e-9
    thickness_m: float = 20e-9
    magnetisation_a_per_m: float = 750e3
    dipole_scale: float = 1.0
    """Strength of the neighbours' fields relative to point dipoles."""
    neighbour_distance: float = 2.0
    """Neighbours up to this distance act on a bar, in spacings."""
    thermal_spread: float = 0.004
    """Relative standard deviation of a switching field from one field pulse to the next."""
    field_angle_rad: float = 0.0
    """Misalignment of the field from the lattice diagonal (rad)."""


PRESETS = {
    Preset.MS: SpinVortexIceParameters(
        wide="none",
        spectrum=SpectrumParameters(first_hz=3.5e9, channels=400),
    ),
    Preset.WM: SpinVortexIceParameters(),
    Preset.PW: SpinVortexIceParameters(
        lattice="pinwheel",
        wide="random",
        thin_bar=replace(THIN, switching_spread=0.05),
        wide_bar=replace(WIDE, switching_spread=0.05),
        spectrum=SpectrumParameters(first_hz=3.5e9, channels=525, noise=0.036),
    ),
}
