"""What a Keithley DMM6500 stores for each of its meter functions: DMM6500 Reference Manual (DMM6500-901-01),
chapter 12; numbers print as PyMeasure's users recorded them (``60``, ``0.0015``, ``1E+07``:
tests/instruments/keithley/test_keithleyDMM6500.py)."""

from nado_lab.sim_backend.scpi import Setting, boolean, choice, number, text

FUNCTIONS = {
    "VOLT:DC": "VOLTage[:DC]",
    "VOLT:AC": "VOLTage:AC",
    "CURR:DC": "CURRent[:DC]",
    "CURR:AC": "CURRent:AC",
    "RES": "RESistance",
    "FRES": "FRESistance",
    "DIOD": "DIODe",
    "CAP": "CAPacitance",
    "TEMP": "TEMPerature",
    "CONT": "CONTinuity",
    "FREQ:VOLT": "FREQuency[:VOLTage]",
    "PER:VOLT": "PERiod[:VOLTage]",
    "VOLT:DC:RAT": "VOLTage[:DC]:RATio",
}
"""What ``FUNC`` calls a function, and its header."""
_RANGES = {"VOLT:DC": 1000.0, "VOLT:AC": 750.0, "CURR:DC": 10.0, "CURR:AC": 10.0, "RES": 1e8, "FRES": 1e8}
_RANGES |= {"CAP": 1e-3, "VOLT:DC:RAT": 1000.0}
_TIMED = ("FREQ:VOLT", "PER:VOLT")
_NO_LINE_CYCLES = ("VOLT:AC", "CURR:AC", "CAP", "CONT", *_TIMED)


def show(value: float) -> str:
    """Print a setting."""
    return f"{value:.6G}"


def _of(function: str, header: str) -> list[Setting]:
    """Declare the settings of a function: those that the manual lists for it."""
    name, sense = function.lower(), f"[SENSe:]{header}"
    found = [
        number(f"DISPlay:{header}:DIGits", f"{name} digits", 6, 3, 6, show),
        boolean(f"{sense}:RELative:STATe", f"{name} relative on"),
        number(f"{sense}:RELative", f"{name} relative", 0.0, -1e9, 1e9, show),
        boolean(f"{sense}:AVERage[:STATe]", f"{name} average"),
        number(f"{sense}:AVERage:COUNt", f"{name} averages", 10, 1, 100, show),
        choice(f"{sense}:AVERage:TCONtrol", f"{name} average kind", "REP", "REPeat MOVing HYBRid"),
        boolean(f"{sense}:AZERo[:STATe]", f"{name} auto zero", default=True),
    ]
    if function in _RANGES:
        found.append(number(f"{sense}:RANGe[:UPPer]", f"{name} range", 1.0, 0.0, _RANGES[function], show))
        found.append(boolean(f"{sense}:RANGe:AUTO", f"{name} auto range", default=True))
    if function not in _NO_LINE_CYCLES:
        found.append(number(f"{sense}:NPLCycles", f"{name} cycles", 1.0, 5e-4, 15.0, show))
        found.append(number(f"{sense}:APERture", f"{name} aperture", 0.0166667, 8.333e-6, 0.25, show))
    if function in _TIMED:
        found.append(number(f"{sense}:APERture", f"{name} aperture", 0.2, 2e-3, 0.273, show))
        found.append(number(f"{sense}:THReshold:RANGe", f"{name} threshold", 10.0, 0.1, 750.0, show))
        found.append(boolean(f"{sense}:THReshold:RANGe:AUTO", f"{name} threshold auto", default=True))
    if function.endswith(":AC"):
        found.append(number(f"{sense}:DETector:BANDwidth", f"{name} bandwidth", 3, 3, 300, show))
    return found


SETTINGS: tuple[Setting, ...] = (
    *(setting for function, header in FUNCTIONS.items() for setting in _of(function, header)),
    number("[SENSe:]DIODe:BIAS:LEVel", "diode bias", 1e-3, 1e-5, 1e-2, show),
    number("[SENSe:]COUNt", "reading_count", 1, 1, 300_000, show),
    choice("[SENSe:]DIGitize:VOLTage:INPutimpedance", "digitise_input", "MOHM10", "AUTO MOHM10"),
    boolean("[SENSe:]DIGitize:VOLTage:RELative:STATe", "digitise_relative_on"),
    number("[SENSe:]DIGitize:VOLTage:RELative", "digitise_relative", 0.0, -1000.0, 1000.0, show),
    number("TRIGger:TIMer#:DELay", "timer delay", 1e-5, 8e-6, 1e5, show),
    number("TRIGger:TIMer#:COUNt", "timer count", 1, 0, 1_048_575, show),
    boolean("TRIGger:TIMer#:STATe", "timer on"),
    text("TRIGger:TIMer#:STARt:STIMulus", "timer start", "NONE", quoted=False),
    text("DISPlay:LIGHt:STATe", "light", "ON75", quoted=False),
    text("DISPlay:SCReen", "screen", "HOME", quoted=False),
    text("DISPlay:USER1:TEXT", "line 1"),
    text("DISPlay:USER2:TEXT", "line 2"),
    text("SYSTem:PCARd1", "pseudo_card", "0", quoted=False),
)
