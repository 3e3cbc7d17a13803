"""Lake Shore 335 temperature controller: a thermometer; its heaters are stored and warm nothing.

Dialect: Model 335 User's Manual, chapter 6, as Lake Shore's own package (lakeshore, model_335) and QCoDeS
speak it; replies end in CR LF. It answers at once and without stepping the world, so that a bench with a
thermometer runs bit for bit as one without.
"""

from typing import ClassVar

from nado_lab.sim_backend.scpi import ScpiDevice, ScpiError, Setting, command, indexed, number, row, text_of

_SENSOR_OVERRANGE = 128
_INPUTS, _OUTPUTS = ("A", "B"), ("1", "2")
_INTEGER = "{:.0f}".format


def _name(header: str, name: str) -> Setting:
    """Declare a name of 15 characters, filled with spaces."""
    return Setting(header, name, "Input", text_of, lambda value: value[:15].ljust(15))


class LakeShore335(ScpiDevice):
    """Read the temperature of the sample at input A; nothing hangs on input B."""

    identity = "LSCI,MODEL335,335A1B2/335C3D4,1.0"
    reply_s = 0.0
    terminator = b"\r\n"
    faults: ClassVar = ScpiDevice.faults | {"overload"}
    timeless: ClassVar = ScpiDevice.timeless | {b"*CLS", b"KRDG? A", b"RDGST? A"}
    settings = (
        row("OUTMODE", "output_mode", "0,1,0", *_OUTPUTS),
        row("PID", "pid", "+0050.0,+0020.0,+0000.0", *_OUTPUTS),
        row("HTRSET", "heater_setup", "0,1,1,+1.000,2", *_OUTPUTS),
        row("RAMP", "ramp", "0,+001.0", *_OUTPUTS),
        row("FILTER", "filter", "0,08,10", *_INPUTS),
        row("INTYPE", "sensor", "1,0,0,0,1", *_INPUTS),
        row("ALARM", "alarm", "0,+000.0,+000.0,+0.0,0,1,1", *_INPUTS),
        row("WARMUP", "warm_up", "0,+000.0", "2"),
        row("ANALOG", "analogue", "0,0,+000.0,+000.0,0", "2"),
        row("LOCK", "lock", "0,123"),
        row("EMUL", "emulation", "0,0"),
        indexed(number("RANGE", "heater_range", 0, 0, 3, _INTEGER), *_OUTPUTS),
        indexed(number("SETP", "setpoint", 0.0, 0.0, 2000.0, "{:+.4f}".format), *_OUTPUTS),
        indexed(number("MOUT", "manual_output", 0.0, 0.0, 100.0, "{:+.2f}".format), *_OUTPUTS),
        indexed(number("TLIMIT", "limit", 0.0, 0.0, 2000.0, "{:.0f}".format), *_INPUTS),
        indexed(number("INCRV", "curve", 1, 0, 59, "{:02.0f}".format), *_INPUTS),
        indexed(number("DIOCUR", "diode_current", 0, 0, 1, _INTEGER), *_INPUTS),
        indexed(_name("INNAME", "input_name"), *_INPUTS),
        number("BRIGT", "brightness", 3, 0, 32, _INTEGER),
        number("MODE", "mode", 1, 0, 2, _INTEGER),
        number("LEDS", "lights", 1, 0, 1, _INTEGER),
        number("DISPLAY", "display", 0, 0, 8, _INTEGER),
        number("INTSEL", "interface", 0, 0, 1, _INTEGER),
        number("IEEE", "address", 12, 1, 30, _INTEGER),
        number("OPSTE", "operation_enable", 0, 0, 255, _INTEGER),
        number("POLARITY", "polarity", 0, 0, 1, _INTEGER),
    )

    def __init__(self, clock, conditions):
        super().__init__(clock)
        self.conditions = conditions

    @command("KRDG?")
    def _kelvin(self, which: bytes = b"A") -> str:
        return f"{0.0 if self._status_of(which) else self.conditions.temperature_k:+.3f}"

    @command("CRDG?")
    def _celsius(self, which: bytes = b"A") -> str:
        return f"{0.0 if self._status_of(which) else self.conditions.temperature_k - 273.15:+.3f}"

    @command("SRDG?")
    def _sensor(self, which: bytes = b"A") -> str:
        return f"{0.0 if self._status_of(which) else 0.5:+.5f}"

    @command("TEMP?")
    def _reference(self) -> str:
        return "+293.1500"

    @command("RDGST?")
    def _reading_status(self, which: bytes = b"A") -> str:
        return f"{self._status_of(which):03d}"

    @command("HTR?", "AOUT?")
    def _heater(self, which: bytes) -> str:
        return "+000.0"

    @command("HTRST?", "RAMPST?", "RELAYST?")
    def _heater_status(self, which: bytes) -> str:
        return "0"

    @command("MDAT?")
    def _extremes(self, which: bytes) -> str:
        return f"{self._kelvin(which)},{self._kelvin(which)}"

    @command("ALARMST?")
    def _alarms(self, which: bytes) -> str:
        return "0,0"

    @command("TUNEST?")
    def _tuning(self) -> str:
        return "0,1,0,0"

    @command("OPST?", "OPSTR?")
    def _operation(self) -> str:
        return "000"

    @command("MNMXRST", "ALMRST", "ATUNE", "DFLT")
    def _accept(self, *arguments: bytes) -> None:
        """Accept: none of these changes what the bench simulates."""

    def _status_of(self, which: bytes) -> int:
        if which.upper() not in (b"A", b"B"):
            raise ScpiError(-224, "Illegal parameter value; inputs are A and B")
        return _SENSOR_OVERRANGE * (self.overloaded or which.upper() == b"B")
