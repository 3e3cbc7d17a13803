"""The numbers of a nanoring array, with their units."""

from dataclasses import dataclass, field

OERSTED_T = 1e-4
BOLTZMANN_J_PER_K = 1.380649e-23


@dataclass(frozen=True)
class ReadoutParameters:
    """Anisotropic magnetoresistance seen by the contact pairs (assumed values of a permalloy film)."""

    resistance_ohm: float = 100.0
    """Resistance R0 of a contact pair without walls and field (ohm)."""
    wall_drop_ohm: float = 1.0
    """Drop dR when every ring seen holds both its walls (ohm): about 1 % of R0."""
    wall_anisotropy: float = 0.5
    """Share k of the drop that follows cos 2(wall angle - contact angle), 0 to 1."""
    tilt_drop_ohm: float = 0.2
    """Drop by the reversible tilt of the domains at the tilt field (ohm)."""
    tilt_field_t: float = 6e-3
    """Field at which the tilt drop is reached, quadratic below (T)."""
    tilt_anisotropy: float = 0.5
    """Share of the tilt drop that follows cos 2(field angle - contact angle), 0 to 1."""
    view_width: float = 0.35
    """Standard deviation of the part of the array a contact pair sees, in array sides."""


@dataclass(frozen=True)
class NanoringParameters:
    """Energies, fields and times of wall motion (Vidamour et al., Commun. Phys. 6, 230, 2023)."""

    barrier_j: float = 2.625e-19
    """Depinning barrier of one wall at zero field (J)."""
    depinning_field_t: float = 55 * OERSTED_T
    """Mean field H_j that removes the barrier of one wall (T)."""
    depinning_field_spread_t: float = 1 * OERSTED_T
    """Standard deviation of H_j between junctions (T)."""
    pair_factor: float = 0.81
    """Barrier and H_j of a junction with two walls, relative to one wall."""
    exponent: float = 1.5
    """Exponent of the barrier's fall with the field."""
    attempt_time_s: float = 1e-10
    """Time constant tau0 of the attempts (s)."""
    temperature_k: float = 293.0
    """Temperature (K)."""
    roughness_t: float = 20 * OERSTED_T
    """Mean edge-roughness field a wall at a junction must exceed to move (T)."""
    roughness_spread_t: float = 0.5 * OERSTED_T
    """Standard deviation of the roughness field between contacts (T)."""
    saturation_t: float = 60 * OERSTED_T
    """Field that puts every ring into an onion along the field (T)."""
    idle_t: float = 1 * OERSTED_T
    """Below this field no wall moves at all, also not one free of junctions (T)."""
    limited_contacts: tuple[int, ...] = (2,)
    """Contacts (0 to 3, at 0, 90, 180, 270 degrees) a released wall leaves by at most 90 degrees a tick.

    The published simulation limits the jump at one contact only, a half turn after the start, and the
    reference table of |M| and population follows it; (0, 1, 2, 3) limits all.
    """
    readout: ReadoutParameters = field(default_factory=ReadoutParameters)
