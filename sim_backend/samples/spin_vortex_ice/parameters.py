"""The numbers of an artificial spin-vortex ice, with their units, and the three presets."""

from dataclasses import dataclass, field, replace
from enum import StrEnum


class Preset(StrEnum):
    """Samples of Stenning et al., Nat. Commun. 15, 7377 (2024)."""

    MS = "MS"
    """Square lattice of thin bars: macrospins only."""
    WM = "WM"
    """Square lattice with rows and columns of thin and wide bars in turn."""
    PW = "PW"
    """Disordered pinwheel lattice of wide bars, mostly vortices until a strong field ends them."""

    @classmethod
    def _missing_(cls, value: object) -> None:
        raise ValueError(f"no preset {value!r}; there are {', '.join(cls)}")


class Lattice(StrEnum):
    """How the bars lie: along the edges of squares, or each turned by 45 degrees about its centre."""

    SQUARE = "square"
    PINWHEEL = "pinwheel"


class WideBars(StrEnum):
    """Which bars are wide; rows: every other row and column."""

    NONE = "none"
    ROWS = "rows"
    ALL = "all"


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


THIN = BarParameters(125e-9, 28e-3, 0.04, 8.7e9, 0.035e12)
WIDE = BarParameters(200e-9, 11.5e-3, 0.03, 6.9e9, 0.045e12)
"""Fields along the bar; along the lattice diagonal they are 40 and 16 mT. Tuned to the real runs."""


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

    first_hz: float = 2.5e9
    step_hz: float = 20e6
    channels: int = 395
    linewidth_hz: float = 0.2e9
    """Half width at half maximum of a bar's Lorentzian (Hz)."""
    mode_spread_hz: float = 0.1e9
    """Standard deviation of the resonance between bars (Hz)."""
    signal: float = 0.045
    """Scale of the spectrum, in the arbitrary units of the lock-in."""
    noise: float = 0.012
    """Standard deviation of the noise of a channel, in the same units."""
    noise_length_hz: float = 60e6
    """Width over which the noise of neighbouring channels is alike (Hz)."""
    gain_range: tuple[float, float] = (0.66, 1.0)
    """Range of the gain of a later mounting of the sample, relative to the first."""
    offset: float = 0.01
    """Standard deviation of the offset between mountings, in the units of the spectrum."""
    shift_hz: float = 30e6
    """Standard deviation of the shift of all modes between mountings (Hz)."""


@dataclass(frozen=True)
class SpinVortexIceParameters:
    """One sample."""

    lattice: Lattice = Lattice.SQUARE
    wide: WideBars = WideBars.ROWS
    thin_bar: BarParameters = THIN
    wide_bar: BarParameters = WIDE
    vortex: VortexParameters = field(default_factory=VortexParameters)
    spectrum: SpectrumParameters = field(default_factory=SpectrumParameters)
    spacing_m: float = 700e-9
    """Distance of the vertices: bar length 600 nm and gap 100 nm (m)."""
    length_m: float = 600e-9
    thickness_m: float = 20e-9
    magnetisation_a_per_m: float = 750e3
    dipole_scale: float = 0.55
    """Strength of the neighbours' fields relative to point dipoles."""
    neighbour_distance: float = 2.0
    """Neighbours up to this distance act on a bar, in spacings."""
    thermal_spread: float = 0.004
    """Relative standard deviation of a switching field from one field pulse to the next."""
    field_angle_rad: float = 0.0
    """Misalignment of the field from the lattice diagonal (rad)."""


PRESETS = {
    Preset.MS: SpinVortexIceParameters(
        wide=WideBars.NONE,
        spectrum=SpectrumParameters(first_hz=3.5e9, channels=400, signal=0.025, noise=0.011),
    ),
    Preset.WM: SpinVortexIceParameters(),
    Preset.PW: SpinVortexIceParameters(
        lattice=Lattice.PINWHEEL,
        wide=WideBars.ALL,
        wide_bar=replace(WIDE, switching_t=18e-3, switching_spread=0.1),
        vortex=VortexParameters(collapse_t=46e-3, collapse_spread=0.08),
        spectrum=SpectrumParameters(first_hz=2.5e9, channels=525, signal=0.083, noise=0.036),
    ),
}
