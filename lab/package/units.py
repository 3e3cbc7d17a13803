"""Units as people write them, and the SI units that numbers are kept in."""

from __future__ import annotations

# SI prefixes (BIPM, The International System of Units, 9th edition, table 7) that laboratories write
_PREFIXES = {
    "f": 1e-15,
    "p": 1e-12,
    "n": 1e-9,
    "u": 1e-6,
    "µ": 1e-6,  # micro sign
    "μ": 1e-6,  # Greek mu
    "m": 1e-3,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
}
_BASE = ("V", "A", "T", "W", "Hz", "s", "K", "m", "C", "F", "H", "J", "N", "S", "ohm", "Ω", "rad", "Pa")
_OTHER = {
    "Oe": ("T", 1e-4),  # the field in air: 1 Oe is 0.1 mT there
    "G": ("T", 1e-4),
    "Gs": ("T", 1e-4),
    "Ohm": ("ohm", 1.0),
    "Ω": ("ohm", 1.0),
    "deg": ("rad", 0.017453292519943295),
    "°": ("rad", 0.017453292519943295),
    "%": ("1", 1e-2),
    "min": ("s", 60.0),
    "h": ("s", 3600.0),
    "Kelvin": ("K", 1.0),
    "sec": ("s", 1.0),
}


def to_si(unit: str) -> tuple[str, float]:
    """Return the SI unit and the factor that takes numbers to it; a unit that is not known stays as it is."""
    text = unit.strip()
    if text in _OTHER:
        return _OTHER[text]
    if text in _BASE:
        return text, 1.0
    prefix, base = text[:1], text[1:]
    if prefix in _PREFIXES and (base in _BASE or base in ("Oe", "Ohm", "Gs", "sec")):
        si, factor = to_si(base)
        return si, factor * _PREFIXES[prefix]
    return unit, 1.0


def factor_between(given: str, wanted: str) -> float | None:
    """Return what takes numbers in one unit to another; None where they do not measure the same."""
    (one, first), (other, second) = to_si(given), to_si(wanted)
    return first / second if one == other else None
