"""Keysight (Agilent) 8257D microwave source: step sweep over frequency with a trigger at every point.

Dialect: E8257D/67D SCPI Command Reference (E8251-90356), with what PyMeasure's and QCoDeS's drivers ask.
"""

import numpy as np
from nado_lab.sim_backend.scpi import (
    ScpiDevice,
    ScpiError,
    boolean,
    choice,
    command,
    number,
    number_of,
    show_number,
)

_SHAPES = "SINE TRIangle SQUare RAMP NOISe DUALsine SWEPtsine"
_LOWEST_HZ, _HIGHEST_HZ = 250e3, 20e9
_SOURCES = "INTernal INTernal1 INTernal2 EXTernal EXTernal1 EXTernal2"
_LOW_SOURCES = "INTernal INTernal1 INTernal2 FUNCtion FUNCtion1 FUNCtion2"
_PULSES = "SQUare FRUN TRIGgered DOUBlet GATEd"


class Keysight8257D(ScpiDevice):
    """Step through frequencies on a single sweep; trigger out at the end of each dwell."""

    identity = "Agilent Technologies, E8257D, MY51111111, C.06.16"
    reply_s = 0.005
    settings = (
        boolean("OUTPut[:STATe]", "output"),
        boolean("OUTPut:MODulation[:STATe]", "modulation", default=True),
        number("[SOURce:]POWer[:LEVel][:IMMediate][:AMPLitude]", "power", -20.0, -135, 25),
        number("[SOURce:]POWer[:LEVel][:IMMediate]:OFFSet", "power_offset", 0.0, -200, 200),
        number("[SOURce:]POWer:STARt", "start_power", -20.0, -135, 25),
        number("[SOURce:]POWer:STOP", "stop_power", -20.0, -135, 25),
        choice("[SOURce:]POWer:MODE", "power_mode", "FIX", "FIXed LIST"),
        number("[SOURce:]PHASe[:ADJust]", "phase", 0.0, -3.2, 3.2),
        number("[SOURce:]FREQuency:MULTiplier", "multiplier", 1.0, 1e-3, 36),
        number("[SOURce:]FREQuency:OFFSet", "offset", 0.0, -2e11, 2e11),
        choice("[SOURce:]LIST:TRIGger:SOURce", "point_trigger", "IMM", "IMMediate KEY EXTernal BUS"),
        boolean("[SOURce:]LIST:RETRace", "retrace", default=True),
        choice("TRIGger[:SEQuence]:SOURce", "sweep_trigger", "IMM", "IMMediate KEY EXTernal BUS"),
        boolean("[SOURce:]SWEep:CONTinuous[:STATe]", "sweep_continuous"),
        boolean("[SOURce:]AM:STATe", "am"),
        number("[SOURce:]AM:DEPTh", "am_depth", 0.1, 0.0, 100.0),
        choice(
            "[SOURce:]AM:SOURce",
            "am_source",
            "INT",
            _SOURCES,
        ),
        number("[SOURce:]AM:INTernal:FREQuency", "am_hz", 400.0, 0.1, 1e6),
        choice("[SOURce:]AM:INTernal:FUNCtion:SHAPe", "am_shape", "SINE", _SHAPES),
        boolean("[SOURce:]PULM:STATe", "pulse"),
        choice("[SOURce:]PULM:SOURce", "pulse_source", "INT", "INTernal EXTernal SCALar"),
        choice("[SOURce:]PULM:SOURce:INTernal", "pulse_kind", "FRUN", _PULSES),
        number("[SOURce:]PULM:INTernal:FREQuency", "pulse_hz", 400.0, 0.1, 1e7),
        number("[SOURce:]LFO:AMPLitude", "low_v", 0.0, 0.0, 5.0),
        choice(
            "[SOURce:]LFO:SOURce",
            "low_source",
            "INT",
            _LOW_SOURCES,
        ),
        boolean("[SOURce:]LFO:STATe", "low_on"),
        number("[SOURce:]FREQuency[:CW]", "frequency", 20e9, 250e3, 20e9),
        number("[SOURce:]FREQuency:STARt", "start", 250e3, 250e3, 20e9),
        number("[SOURce:]FREQuency:STOP", "stop", 20e9, 250e3, 20e9),
        choice("[SOURce:]FREQuency:MODE", "mode", "CW", "CW FIXed LIST SWEep"),
        number("[SOURce:]SWEep:POINts", "points", 2, 2, 65535, "{:.0f}".format),
        number("[SOURce:]SWEep:DWELl#", "dwell", 2e-3, 1e-3, 60.0),
        choice("[SOURce:]SWEep:GENeration", "generation", "STEP", "ANALog STEPped STEP"),
        choice("[SOURce:]SWEep:MODE", "sweep_mode", "AUTO", "AUTO MANual"),
        boolean("INITiate:CONTinuous", "continuous", default=True),
    )

    def __init__(self, clock, world):
        super().__init__(clock)
        self.world = world
        self.sweep_start: float | None = None

    def reset(self) -> None:
        """Forget settings and the sweep."""
        super().reset()
        self.sweep_start = None

    @command("[SOURce:]TSWeep")
    def _single_sweep(self) -> None:
        if self.get("mode") not in ("SWE", "LIST"):
            raise ScpiError(-221, "Settings conflict; frequency mode is not SWEEP")
        self.sweep_start = self.clock.now()
        self.world.sweep_begins(self.sweep_start)

    @command("*OPT?", "DIAGnostic:CPU:INFOrmation:OPTions:DETail?", "DIAGnostic:CPU:INFO:OPT:DET?")
    def _options(self) -> str:
        return "520,UNT,1E1"

    @command("[SOURce:]FREQuency:CENTer?")
    def _centre(self) -> str:
        return show_number((self.get("start") + self.get("stop")) / 2)

    @command("[SOURce:]FREQuency:CENTer")
    def _set_centre(self, hertz: bytes) -> None:
        half = (self.get("stop") - self.get("start")) / 2
        half = min(half, number_of(hertz) - _LOWEST_HZ, _HIGHEST_HZ - number_of(hertz))
        self.values["start", ()], self.values["stop", ()] = number_of(hertz) - half, number_of(hertz) + half

    @command("ABORt")
    def _abort(self) -> None:
        self.sweep_start = None

    def frequencies_hz(self) -> np.ndarray:
        """Return the frequencies (channel,) of the sweep in Hz."""
        return np.linspace(self.get("start"), self.get("stop"), int(self.get("points")))

    def dwell_s(self) -> float:
        """Return the time at each frequency in s."""
        return self.get("dwell", 1)

    def busy_until(self) -> float:
        """Return when the sweep ends."""
        if self.sweep_start is None:
            return 0.0
        return self.sweep_start + int(self.get("points")) * self.dwell_s()
