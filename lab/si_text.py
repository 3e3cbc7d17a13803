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


def bracketed(value: float, error: float | None) -> str:
    """Write a value with the standard error of its last digits in brackets: "1.454(59)" is 1.454 ± 0.059.

    The error gets two digits (ISO/IEC Guide 98-3, 7.2.2); without one the value gets four.
    """
    if error is None or not (isfinite(value) and isfinite(error)) or error <= 0:
        return f"{value:.4g}"
    power = floor(log10(max(abs(value), error)))
    if not -5 < power < 6:
        return f"{bracketed(value / 10.0**power, error / 10.0**power)}e{power:+03d}"
    last = floor(log10(error)) - 1
    digits = round(error / 10.0**last)
    last, digits = (last + 1, 10) if digits >= 100 else (last, digits)
    if last < 0:
        return f"{value:.{-last}f}({digits})"
    return f"{round(value / 10**last) * 10**last:.0f}({digits * 10**last})"
