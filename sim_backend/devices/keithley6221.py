"""Keithley 6221 current source: direct current with compliance, and the sine of its waveform menu.

Dialect: Model 6220/6221 Reference Manual (622x-901-01).
"""

import numpy as np
from nado_lab.sim_backend.scpi import ScpiError, StatusRegisters, boolean, choice, command, number, text

_COMPLIANCE = 8
_NO_VOLTMETER = "+9.900000E+37"
_COUNT = "{:.0f}".format


class Keithley6221(StatusRegisters):
    """Source a direct current into the sample; no 2182A nanovoltmeter is connected to it."""

    identity = "KEITHLEY INSTRUMENTS INC.,MODEL 6221,4012345,D03  /700x"
    reply_s = 0.002
    faults = StatusRegisters.faults | {"open"}
    settings = (
        boolean("OUTPut[:STATe]", "output"),
        choice("OUTPut:ISHield", "inner_shield", "OLOW", "OLOW GUARd"),
        boolean("[SOURce:]CURRent:FILTer[:STATe]", "filter"),
        boolean("OUTPut:LTEarth", "low_to_earth"),
        number("[SOURce:]CURRent[:AMPLitude]", "current", 0.0, -0.105, 0.105),
        number("[SOURce:]CURRent:COMPliance", "compliance", 10.0, 0.1, 105.0),
        number("[SOURce:]CURRent:RANGe", "range", 0.1, -0.105, 0.105),
        boolean("[SOURce:]CURRent:RANGe:AUTO", "auto_range"),
        number("[SOURce:]DELay", "delay", 1.0, 1e-3, 999999.999),
        choice("[SOURce:]WAVE:FUNCtion", "wave", "SIN", "SINusoid SQUare RAMP ARB0 ARB1 ARB2 ARB3 ARB4"),
        number("[SOURce:]WAVE:FREQuency", "wave_hz", 1e3, 1e-3, 1e5),
        number("[SOURce:]WAVE:AMPLitude", "wave_peak", 1e-3, 2e-12, 0.105),
        number("[SOURce:]WAVE:OFFSet", "wave_offset", 0.0, -0.105, 0.105),
        number("[SOURce:]WAVE:DURation:TIME", "wave_s", float("inf"), 1e-7, float("inf")),
        choice("[SOURce:]WAVE:RANGing", "wave_ranging", "BEST", "BEST FIXed"),
        number("[SOURce:]WAVE:DCYCle", "wave_duty", 50.0, 0.0, 100.0),
        number("[SOURce:]WAVE:DURation:CYCLes", "wave_cycles", float("inf"), 1e-3, float("inf")),
        boolean("[SOURce:]WAVE:PMARk:STATe", "marker"),
        number("[SOURce:]WAVE:PMARk[:LEVel]", "marker_phase", 180.0, 0.0, 360.0),
        number("[SOURce:]WAVE:PMARk:OLINe", "marker_line", 3, 1, 6, _COUNT),
        number("[SOURce:]SWEep:COUNt", "sweep_count", 1, 1, float("inf")),
        number("[SOURce:]DELTa:HIGH", "delta_high", 1e-5, 0.0, 0.105),
        number("[SOURce:]DELTa:LOW", "delta_low", -1e-5, -0.105, 0.0),
        number("[SOURce:]DELTa:DELay", "delta_delay", 2e-3, 1e-3, float("inf")),
        number("[SOURce:]DELTa:COUNt", "delta_count", float("inf"), 1, float("inf")),
        boolean("[SOURce:]DELTa:CABort", "delta_abort"),
        boolean("[SOURce:]DELTa:CSWitch", "delta_cold"),
        choice("UNIT[:VOLTage:DC]", "unit", "V", "V OHMS W SIEMens"),
        choice("FORMat[:DATA]", "format", "ASC", "ASCii REAL SREal DREal"),
        text("FORMat:ELEMents", "elements", "READ,TST,UNIT,RNUM,SOUR,COMP", quoted=False),
        choice("FORMat:BORDer", "byte_order", "SWAP", "NORMal SWAPped"),
        boolean("DISPlay:ENABle", "display", default=True),
        choice("ARM:SOURce", "arm_source", "IMM", "IMMediate TIMer BUS TLINk BSTest PSTest NSTest MANual"),
        number("ARM:TIMer", "arm_timer", 0.1, 0.0, 99999.99),
        number("ARM:ILINe", "arm_in", 1, 1, 6, _COUNT),
        choice("TRIGger:SOURce", "trigger_source", "IMM", "IMMediate TLINk BUS"),
        number("TRIGger:ILINe", "trigger_in", 1, 1, 6, _COUNT),
        number("TRIGger:OLINe", "trigger_out_line", 2, 1, 6, _COUNT),
        text("TRIGger:OUTPut", "trigger_out", "NONE", quoted=False),
        number("TRACe:POINts", "points", 100, 1, 65536, _COUNT),
    )

    def __init__(self, clock, load_ohms: float = 0.0):
        super().__init__(clock)
        self.load_ohms = load_ohms
        self.armed = False
        self.open_circuit = False
        self.wave_start: float | None = None

    def recover(self) -> None:
        """Mend what was broken."""
        super().recover()
        self.open_circuit = False

    def condition(self, register: str) -> int:
        """Say in the measurement register that the compliance is reached (Reference Manual p. 11-16)."""
        if register != "MEAS" or not self.get("output") or not self.get("current"):
            return 0
        volts = abs(self.get("current")) * self.load_ohms
        return _COMPLIANCE * (self.open_circuit or volts > self.get("compliance"))

    def reset(self) -> None:
        """Forget settings and the wave."""
        super().reset()
        self.armed, self.wave_start = False, None

    def amperes(self, times: np.ndarray | float = 0.0) -> np.ndarray | float:
        """Return the current through the sample in A, at times in s where a wave is put out."""
        if not self.get("output") or self.open_circuit:
            return 0.0
        if self.wave_start is None:
            return float(self.get("current"))
        since = np.asarray(times) - self.wave_start
        wave = self.get("wave_peak") * np.sin(2 * np.pi * self.get("wave_hz") * since)
        return np.where((since >= 0) & (since < self.get("wave_s")), self.get("wave_offset") + wave, 0.0)

    def changed(self, name: str, suffix: tuple[int, ...]) -> None:
        """End a wave where the output goes off."""
        if name == "output" and not self.get("output"):
            self.armed, self.wave_start = False, None

    @command("[SOURce:]WAVE:ARM[:IMMediate]")
    def _arm(self) -> None:
        if self.get("wave") != "SIN":
            raise ScpiError(-221, "Settings conflict; only sines are simulated")
        self.armed = True

    @command("[SOURce:]WAVE:INITiate[:IMMediate]")
    def _initiate(self) -> None:
        if not self.armed:
            raise ScpiError(-221, "Settings conflict; wave is not armed")
        self.values["output", ()], self.wave_start = True, self.clock.now()

    @command("[SOURce:]WAVE:ABORt")
    def _abort(self) -> None:
        self.armed, self.wave_start = False, None
        self.values["output", ()] = False

    @command("[SOURce:]DELTa:NVPResent?")
    def _voltmeter(self) -> str:
        return "0"

    @command("SENSe:DATA[:FRESh]?", "SENSe:DATA:LATest?", "TRACe:DATA?")
    def _reading(self) -> str:
        return _NO_VOLTMETER

    @command(
        "[SOURce:]DELTa:ARM",
        "[SOURce:]SWEep:ABORt",
        "[SOURce:]WAVE:ARBitrary:DATA",
        "[SOURce:]WAVE:ARBitrary:APPend",
        "[SOURce:]WAVE:ARBitrary:COPY",
        "SYSTem:BEEPer[:IMMediate]",
        "INITiate[:IMMediate]",
        "TRACe:CLEar",
        "ABORt",
        "*TRG",
    )
    def _accept(self, *arguments: bytes) -> None:
        """Accept: none of these changes what the bench simulates."""

    @command("[SOURce:]CLEar[:IMMediate]")
    def _clear_source(self) -> None:
        self.values["output", ()] = False
        self.values["current", ()] = 0.0
