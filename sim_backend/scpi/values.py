"""Parameter values: numbers with units, words, strings; and how instruments print numbers."""

import re

from nado_lab.sim_backend.scpi import errors

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?)\s*([A-Z%]*)\s*\Z", re.IGNORECASE)
_MULTIPLIERS = {"G": 1e9, "MA": 1e6, "K": 1e3, "": 1.0, "M": 1e-3, "U": 1e-6, "N": 1e-9, "P": 1e-12}
_UNITS = (
    "VPP",
    "VRMS",
    "DBM",
    "RAD",
    "VP",
    "DB",
    "OHM",
    "HZ",
    "SEC",
    "DEG",
    "PCT",
    "V",
    "A",
    "S",
    "T",
    "G",
    "%",
    "",
)


def number_of(argument: bytes) -> float:
    """Return the number in SI units, ``10 mV`` as 0.01; MHZ and MOHM mean mega as SCPI-99 says."""
    match = _NUMBER.match(argument.decode("latin-1"))
    if match is None:
        raise errors.ScpiError(-104, "Data type error")
    return float(match[1]) * _scale(match[2].upper())


def _scale(suffix: str) -> float:
    if suffix in ("MHZ", "MOHM"):
        return 1e6
    for unit in _UNITS:
        prefix = suffix[: len(suffix) - len(unit)]
        if suffix.endswith(unit) and prefix in _MULTIPLIERS:
            return _MULTIPLIERS[prefix]
    raise errors.ScpiError(-131, f"Invalid suffix; {suffix}")


def text_of(argument: bytes) -> str:
    """Return a string without its quotes."""
    return argument.decode("latin-1").strip().strip("\"'")


def show_number(value: float) -> str:
    """Print a number the way most instruments do, ``+1.000000000000000E+03``."""
    return f"{value:+.15E}"
