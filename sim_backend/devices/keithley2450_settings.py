"""What a Keithley 2450 stores: 2450 Reference Manual 2450-901-01 Rev. B, section 6 (SCPI)."""

from nado_lab.sim_backend.scpi import Setting, boolean, choice, number

RANGES = {
    "volt": (0.02, 0.2, 2.0, 20.0, 200.0),
    "curr": (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0),
}
"""Full scales in V and A (data sheet)."""
OVER = 1.05
"""Each range holds 5 % more than its name."""
RANGE_NAMES = ("volt source range", "curr source range", "volt range", "curr range")


def show(value: float) -> str:
    """Print a setting."""
    return f"{value:.6G}"


def _of(
    word: str, name: str, most: float, ranges: tuple[float, float], limit: tuple[str, float, float]
) -> tuple[Setting, ...]:
    """Declare what a source and a meter of one quantity store; ``limit`` is header, default and most.

    ``ranges`` are those after a reset, of source (p. 6-74) and meter.
    """
    source, sense, (header, default, top) = f"SOURce:{word}", f"SENSe:{word}[:DC]", limit
    return (
        number(f"{source}[:LEVel][:IMMediate][:AMPLitude]", name, 0.0, -most, most, show),
        number(f"{source}:RANGe", f"{name} source range", ranges[0], -most, most, show),
        boolean(f"{source}:RANGe:AUTO", f"{name} source auto", default=True),
        number(f"{source}:{header}[:LEVel]", f"{name} limit", default, 0.0, top, show),
        boolean(f"{source}:READ:BACK", f"{name} read back", default=True),
        number(f"{source}:DELay", f"{name} delay", 0.0, 0.0, 1e4, show),
        boolean(f"{source}:DELay:AUTO", f"{name} delay auto", default=True),
        choice(f"OUTPut:{word}:SMODe", f"{name} off", "NORM", "NORMal ZERO HIMPedance GUARd"),
        number(f"{sense}:RANGe[:UPPer]", f"{name} range", ranges[1], -most, most, show),
        boolean(f"{sense}:RANGe:AUTO", f"{name} auto", default=True),
        number(f"{sense}:NPLCycles", f"{name} cycles", 1.0, 0.01, 10.0, show),
        boolean(f"{sense}:RSENse", f"{name} four wires"),
        *_averaging(sense, name),
    )


def _averaging(sense: str, name: str) -> tuple[Setting, ...]:
    """Declare the filter and the zero of a meter."""
    return (
        boolean(f"{sense}:AZERo[:STATe]", f"{name} auto zero", default=True),
        number(f"{sense}:AVERage:COUNt", f"{name} averages", 10, 1, 100, show),
        boolean(f"{sense}:AVERage[:STATe]", f"{name} average"),
        choice(f"{sense}:AVERage:TCONtrol", f"{name} average kind", "REP", "REPeat MOVing"),
    )


SETTINGS: tuple[Setting, ...] = (
    *_of("VOLTage", "volt", 210.0, (0.02, 20.0), ("ILIMit", 105e-6, 1.05)),
    *_of("CURRent", "curr", 1.05, (1e-8, 1e-4), ("VLIMit", 21.0, 210.0)),
    *_averaging("SENSe:RESistance", "res"),
    number("SENSe:RESistance:RANGe[:UPPer]", "res range", 2e8, 0.0, 2.1e8, show),
    boolean("SENSe:RESistance:RANGe:AUTO", "res auto", default=True),
    number("SENSe:RESistance:NPLCycles", "res cycles", 1.0, 0.01, 10.0, show),
    boolean("SENSe:RESistance:RSENse", "res four wires"),
    number("SENSe:COUNt", "count", 1, 1, 300_000, show),
    choice("FORMat[:DATA]", "format", "ASC", "ASCii REAL SREal"),
    boolean("OUTPut[:STATe]", "output"),
    choice("SOURce:FUNCtion[:MODE]", "source", "VOLT", "VOLTage CURRent"),
    choice("ROUTe:TERMinals", "terminals", "FRON", "FRONt REAR"),
)
