"""The numbers of volatile memristors in SI units, the published ones by name, and what disturbs them."""

from collections.abc import Callable
from dataclasses import dataclass, field

ROOM_K = 293.0
BOLTZMANN_EV = 8.617333e-5
TIOX_DEVICES = (1.08, 1.06, 1.085, 1.085, 1.10, 1.20, 1.12, 1.16, 0.96)
"""k3 of the nine measured devices, in 1e-5 A (public code dmclatfdu/Codes-for-Transferable-...-Variation)."""


@dataclass(frozen=True)
class Disturbance:
    """What makes two devices, and two cycles of one, unlike (assumed sizes; see the fields)."""

    spread: float = 0.1
    """Log-normal deviation between devices."""
    cycle: float = 0.02
    """Relative deviation of the increment of w from one pulse to the next."""
    cycle_time_s: float = 1e-3
    """Correlation time of that (s): longer than a pulse, shorter than the time between two."""
    trap_height: float = 0.02
    """By how much w is raised while a trap of the random telegraph is filled."""
    trap_filled_s: float = 2.0
    """Mean time for which it is filled (s)."""
    trap_empty_s: float = 60.0
    """Mean time for which it is empty (s)."""

    def quiet(self) -> "Disturbance":
        """Return no disturbance at all, and all devices alike."""
        return Disturbance(spread=0.0, cycle=0.0, trap_height=0.0)


@dataclass(frozen=True)
class FilmConstants:
    """dw/dt = lambda sinh(eta V) - (w - wmin)/tau, and the current of a film with a conducting share w.

    I = (1 - w) alpha [1 - exp(-beta V)] + w gamma sinh(delta V). Du et al., Nat. Commun. 8, 2204 (2017).
    """

    alpha: float
    """Current of the Schottky-like path (A)."""
    beta: float
    """Its inverse voltage (1/V)."""
    gamma: float
    """Current of the conducting path (A)."""
    delta: float
    """Its inverse voltage (1/V)."""
    growth: float
    """lambda: how fast the conducting share grows (1/s)."""
    eta: float
    """Inverse voltage of the growth (1/V)."""
    least: float
    """wmin."""
    most: float
    """Largest w."""
    tau: float
    """Time after which w has forgotten (s)."""
    window: float = 0.0
    """Where above zero, dw/dt is times 1 - exp(window (w - 1))."""
    breaks_at: float = 2e-3
    """Current (A) that destroys a device (assumed)."""
    disturbance: Disturbance = field(default_factory=Disturbance)


@dataclass(frozen=True)
class PairConstants:
    """A fast conductance g that follows a slow one g0; voltages are not negative.

    dg/dt = -(g - g0)/tau + k1 k3 g exp(k4 V) [1 - (1 - 2 g)^2], I = k3 g exp(k4 V),
    dg0/dt = -(g0 - g00)/tau0 + k2 exp(V) [1 - 100 (g0 - 1/2)^2]. Without a voltage both relax only (assumed:
    the published code never switches off).
    """

    k1: float
    k2: float
    k3: tuple[float, ...]
    """Of each device (A); devices beyond these begin again at the first."""
    k4: float
    tau: float
    tau0: float
    rest: float
    """g00: g and g0 of a device that has forgotten all."""
    breaks_at: float = 5e-3
    """Current (A) that destroys a device (assumed)."""
    disturbance: Disturbance = field(default_factory=Disturbance)


def wox() -> FilmConstants:
    """Return tungsten oxide (Du 2017, as public code uses it; its supplement was not seen)."""
    return FilmConstants(
        alpha=1e-8,
        beta=0.5,
        gamma=1e-5,
        delta=4.0,
        growth=1.0,
        eta=8.0,
        least=0.1,
        most=1.0,
        tau=50e-3,
    )


def nbox() -> FilmConstants:
    """Return niobium oxide, a fit of the same form (public code; see shared physics.md)."""
    return FilmConstants(
        alpha=1.038e-6,
        beta=1.2026,
        gamma=13.48e-6,
        delta=0.7146,
        growth=15.61,
        eta=0.7146,
        least=0.0821,
        most=0.99,
        tau=11.03e-3,
        window=3.0,
    )


def tiox() -> PairConstants:
    """Return titanium oxide, nine measured devices; their k3 changes by 0.01e-5 A each 20 us."""
    disturbance = Disturbance(spread=0.0, cycle=0.01 / 1.08, cycle_time_s=20e-6, trap_height=0.0)
    return PairConstants(
        k1=2.5e6,
        k2=3.0,
        k3=tuple(1e-5 * each for each in TIOX_DEVICES),
        k4=1.5,
        tau=80e-6,
        tau0=0.5,
        rest=0.5,
        disturbance=disturbance,
    )


MODELS: dict[str, Callable[[], FilmConstants | PairConstants]] = {"wox": wox, "nbox": nbox, "tiox": tiox}
"""The published devices by name."""
