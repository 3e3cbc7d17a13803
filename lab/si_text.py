"""Numbers with units as people read them."""

from math import floor, isfinite, log10

PREFIXES = {-4: "p", -3: "n", -2: "µ", -1: "m", 0: "", 1: "k", 2: "M", 3: "G", 4: "T"}
PLAIN = ("K", "%")
"""Units that no prefix goes before."""


def si_text(value: float, unit: str) -> str:
    """Write a value with three digits and the prefix that suits it: "3.36 mT"."""
    if not unit or unit in PLAIN or unit[0].isdigit() or not isfinite(value) or not value:
        return f"{value:.2f} K" if unit == "K" else f"{value:.3g} {unit}".rstrip()
    power = max(-4, min(4, floor(log10(abs(value)) / 3)))
    return f"{value / 1000**power:.3g} {PREFIXES[power]}{unit}"
