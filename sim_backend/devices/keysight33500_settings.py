"""What a Keysight 33500B merely stores: headers of its guide (33500-90901) and of public drivers."""

from nado_lab.sim_backend.scpi import Setting, boolean, choice, number, text
from nado_lab.sim_backend.scpi.values import show_number

_INFINITE = 9.9e37
_SHAPES = "SINusoid SQUare TRIangle RAMP PULSe PRBS NOISe ARBitrary DC"
_MODULATIONS = ("AM", "BPSK", "FM", "FSKey", "PM", "PWM", "SUM", "SWEep")


def _finite(value: float) -> str:
    """Print a number, infinity as instruments do (SCPI-99: 9.9E+37)."""
    return show_number(min(value, _INFINITE))


SETTINGS: tuple[Setting, ...] = (
    choice("[SOURce#:]FUNCtion[:SHAPe]", "shape", "SIN", _SHAPES),
    number("[SOURce#:]FUNCtion:ARBitrary:SRATe", "rate", 40e3, 1e-6, 250e6),
    choice("[SOURce#:]FUNCtion:ARBitrary:FILTer", "filter", "STEP", "NORMal STEP OFF"),
    choice("[SOURce#:]FUNCtion:ARBitrary:ADVance", "advance", "SRAT", "TRIGger SRATe"),
    number("[SOURce#:]FUNCtion:SQUare:DCYCle", "square_duty", 50.0, 0.01, 99.99),
    number("[SOURce#:]FUNCtion:RAMP:SYMMetry", "symmetry", 100.0, 0.0, 100.0),
    number("[SOURce#:]FUNCtion:PULSe:PERiod", "pulse_period", 1e-3, 33e-9, 1e6),
    choice("[SOURce#:]FUNCtion:PULSe:HOLD", "pulse_hold", "WIDT", "WIDTh DCYCle"),
    number("[SOURce#:]FUNCtion:PULSe:WIDTh", "pulse_width", 1e-4, 16e-9, 1e6),
    number("[SOURce#:]FUNCtion:PULSe:DCYCle", "pulse_duty", 10.0, 0.0, 100.0),
    number("[SOURce#:]FUNCtion:PULSe:TRANsition[:BOTH]", "pulse_edges", 1e-8, 8.4e-9, 1e-6),
    number("[SOURce#:]FREQuency[:CW]", "frequency", 1e3, 1e-6, 120e6),
    choice("[SOURce#:]FREQuency:MODE", "frequency_mode", "CW", "CW LIST SWEep FIXed"),
    choice("[SOURce#:]VOLTage:UNIT", "unit", "VPP", "VPP VRMS DBM"),
    boolean("[SOURce#:]VOLTage:RANGe:AUTO", "auto_range", default=True),
    boolean("[SOURce#:]VOLTage:LIMit:STATe", "limits_on"),
    number("[SOURce#:]VOLTage:LIMit:HIGH", "limit_high", 10.0, -10.0, 10.0),
    number("[SOURce#:]VOLTage:LIMit:LOW", "limit_low", -10.0, -10.0, 10.0),
    number("[SOURce#:]PHASe[:ADJust]", "phase", 0.0, -360.0, 360.0),
    boolean("[SOURce#:]BURSt:STATe", "burst"),
    choice("[SOURce#:]BURSt:MODE", "burst_mode", "TRIG", "TRIGgered GATed"),
    number("[SOURce#:]BURSt:NCYCles", "cycles", 1, 1, float("inf"), _finite),
    number("[SOURce#:]BURSt:PHASe", "burst_phase", 0.0, -360.0, 360.0),
    choice("[SOURce#:]BURSt:GATE:POLarity", "gate_polarity", "NORM", "NORMal INVerted"),
    number("[SOURce#:]BURSt:INTernal:PERiod", "burst_period", 0.01, 1e-6, 8000.0),
    boolean("[SOURce#:]COMBine:FEED", "combine"),
    boolean("[SOURce#:]TRACk", "track"),
    *(boolean(f"[SOURce#:]{kind}:STATe", f"{kind}_on") for kind in _MODULATIONS),
    choice("TRIGger#:SOURce", "trigger_source", "IMM", "IMMediate EXTernal TIMer BUS"),
    choice("TRIGger#:SLOPe", "trigger_slope", "POS", "POSitive NEGative"),
    number("TRIGger#:COUNt", "trigger_count", 1, 1, 1e6),
    number("TRIGger#:DELay", "trigger_delay", 0.0, 0.0, 1000.0),
    number("TRIGger#:TIMer", "trigger_timer", 1.0, 1e-6, 8000.0),
    boolean("OUTPut#[:STATe]", "output"),
    number("OUTPut#:LOAD", "load", 50.0, 1.0, float("inf"), _finite),
    choice("OUTPut#:POLarity", "polarity", "NORM", "NORMal INVerted"),
    boolean("OUTPut:SYNC[:STATe]", "sync", default=True),
    choice("OUTPut:SYNC:SOURce", "sync_source", "CH1", "CH1 CH2"),
    boolean("OUTPut:TRIGger[:STATe]", "trigger_out"),
    choice("FORMat:BORDer", "byte_order", "NORM", "NORMal SWAPped"),
    text("DISPlay:TEXT", "display"),
)
