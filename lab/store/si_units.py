"""Units that measured data come in, and the SI units they are kept in."""

_SI = {
    "Oe": ("T", 1e-4),
    "G": ("T", 1e-4),
    "mT": ("T", 1e-3),
    "uV": ("V", 1e-6),
    "mV": ("V", 1e-3),
    "mA": ("A", 1e-3),
    "GHz": ("Hz", 1e9),
    "MHz": ("Hz", 1e6),
}


def to_si(units: str) -> tuple[str, float]:
    """Return the SI unit and the factor that takes numbers to it; a unit that is not known stays."""
    return _SI.get(units, (units, 1.0))
