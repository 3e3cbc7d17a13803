"""Keithley 2450 source-meter: source, compliance, readings, stored lists.

Dialect: 2450 Reference Manual 2450-901-01 Rev. B, section 6 (SCPI). How long a point of a sweep takes beyond
its readings and its delay does not stand there; 1.5 ms here. That a sweep ends with the output off was not
confirmed.
"""

import re

from nado_lab.sim_backend.devices.keithley2450_lists import ListsAndBuffer
from nado_lab.sim_backend.devices.keithley2450_settings import OVER, RANGE_NAMES, RANGES, SETTINGS
from nado_lab.sim_backend.devices.source_core import Load, Operating, SourceCore
from nado_lab.sim_backend.scpi import ScpiDevice, command, text_of
from nado_lab.sim_backend.scpi.errors import illegal_value, out_of_range

_LINE_HZ = 50.0
_READBACK, _LIMITED, _OUTPUT = 8, 32, 128
_OVERFLOW = 9.9e37
_SOURCED = {"VOLT": "V", "CURR": "A", "RES": "A"}
_FIRST = re.compile(r"(?<=[A-Z])1(?=:|\Z)")


class Keithley2450(ListsAndBuffer):
    """Source into a load that the bench supplies; see ``Load``."""

    identity = "KEITHLEY INSTRUMENTS,MODEL 2450,04419966,1.6.4c"
    faults = ScpiDevice.faults | {"open", "overload", "stuck"}
    settings = SETTINGS

    def __init__(self, clock, load: Load, *, noise: float = 5e-6, seed: int = 0):
        super().__init__(clock)
        self.core = SourceCore(load, clock.now(), noise=noise, seed=seed)
        self.sense, self._held_s = "CURR", 0.0

    def reset(self) -> None:
        """Switch the output off; forget settings, lists and readings."""
        super().reset()
        self.core.stop()
        self.forget()
        self.sense = "CURR"
        self.sync()

    def recover(self) -> None:
        """Mend what was broken."""
        super().recover()
        self.core.mend()

    def break_bond(self) -> None:
        """Lift a bond: the terminals see an open circuit."""
        self.core.open_circuit = True

    def stick(self) -> None:
        """Weld the relay of the output."""
        self.core.stick()
        self.sync()

    def busy_until(self) -> float:
        """Return the bench time at which the sweep is over."""
        return self.core.busy_until()

    def advance(self, until_s: float) -> None:
        """Go on to a bench time; a sweep that is over ends with the output off."""
        playing = self.core.playing
        if playing and until_s >= playing.end_s:
            self.core.advance(playing.end_s)
            self.rows = playing.points
            self.core.stop()
            self.values["output", ()] = False
            self.sync()
        self.core.advance(until_s)

    def write(self, message: bytes) -> None:
        """Go on to now, then execute the message."""
        self.advance(self.clock.now())
        super().write(message)
        self.ready_at = max(self.ready_at, self._held_s)

    @command("*WAI")
    def _wait(self) -> None:
        """Hold what comes next until the sweep is over: it is played ahead, and answers come after it."""
        self._held_s = max(self._held_s, self.busy_until())
        self.advance(self._held_s)

    def _search(self, header: str, *, query: bool):
        """Understand the numbers of the only source and meter, ``SOUR1`` and ``SENS1``."""
        return super()._search(_FIRST.sub("", header), query=query)

    def changed(self, name: str, suffix: tuple[int, ...]) -> None:
        """Round ranges up to one there is; a range or delay that is set ends the automatic one."""
        if name in RANGE_NAMES:
            wanted = abs(self.get(name))
            self.values[name, ()] = next(r for r in RANGES[name[:4]] if wanted <= r * OVER)
            self.values[name.removesuffix("range") + "auto", ()] = False
        if name.endswith(" delay"):
            self.values[f"{name} auto", ()] = False
        if name in ("volt", "curr") and not self.get(f"{name} source auto"):
            self._require_range(name)
        self.sync()

    def _require_range(self, name: str) -> None:
        """Refuse a level beyond a range that was chosen by hand."""
        if abs(self.get(name)) > OVER * self.get(f"{name} source range"):
            self.values[name, ()] = 0.0
            raise out_of_range(f"{name} beyond its range")

    def sync(self) -> None:
        """Give the settings to the source."""
        core = self.core
        core.output, core.sourced = core.is_on(wanted=self.get("output")), _SOURCED[self.get("source")]
        self.values["output", ()] = core.output
        core.levels = {"V": self.get("volt"), "A": self.get("curr")}
        core.limits = {"A": self.get("volt limit"), "V": self.get("curr limit")}

    # -- readings ----------------------------------------------------------------------------

    @command("*LANG?")
    def _language(self) -> str:
        return "SCPI"

    @command("SYSTem:ERRor[:NEXT]?")
    def _next_error(self) -> str:
        """Answer ``0,"No error;0;0 0"``: number, text, kind, when (as a DMM6500 was recorded)."""
        if not self.error_queue:
            return '0,"No error;0;0 0"'
        code, text = self.error_queue.popleft()
        return f'{code},"{text};1;2026/01/01 00:00:00.000"'

    @command("SYSTem:BEEPer[:IMMediate]", "STATus:PRESet", "*TRG", "SENSe:AZERo:ONCE", "SYSTem:CLEar")
    def _accept(self, *arguments: bytes) -> None:
        """Accept: none of these changes what the bench simulates."""

    @command("SYSTem:LFRequency?")
    def _line_frequency(self) -> str:
        return f"{_LINE_HZ:.0f}"

    @command("SENSe:FUNCtion[:ON]")
    def _set_function(self, name: bytes) -> None:
        given = text_of(name).upper().removesuffix(":DC")
        short = {"CURRENT": "CURR", "VOLTAGE": "VOLT", "RESISTANCE": "RES"}.get(given, given)
        if short not in _SOURCED:
            raise illegal_value(given)
        self.sense = short

    @command("SENSe:FUNCtion[:ON]?")
    def _get_function(self) -> str:
        return '"RES"' if self.sense == "RES" else f'"{self.sense}:DC"'

    @command("READ?", "MEASure?")
    def _read(self, _buffer: bytes = b"", *elements: bytes) -> str:
        self.ready_at += self.measuring_s()
        reading = self.core.measure()
        self.rows.append((self.clock.now(), reading))
        return ",".join(self.shown(0.0, reading, elements))

    def shown(self, seconds: float, reading: Operating, elements: tuple[bytes, ...]) -> list[str]:
        """Print what was asked for of one reading."""
        sourced = reading.volts if self.core.sourced == "V" else reading.amperes
        measured = self.measured(reading)
        name = self.sense.lower()
        beyond = not self.get(f"{name} auto") and abs(measured) > OVER * self.get(f"{name} range")
        status = _READBACK + _OUTPUT + _LIMITED * reading.limited
        found = {"REL": f"{seconds:.6f}", "SOUR": f"{sourced:.6E}", "SOURSTAT": str(status)}
        found["READ"] = f"{_OVERFLOW if self.overloaded or beyond else measured:.6E}"
        wanted = [text_of(each).upper() for each in elements] or ["READ"]
        unknown = [each for each in wanted if each not in found]
        if unknown:
            raise illegal_value(unknown[0])
        return [found[each] for each in wanted]

    def measured(self, reading: Operating) -> float:
        """Return what the meter shows of a reading: A, V or ohm."""
        if self.sense == "RES":
            return reading.volts / reading.amperes if reading.amperes else _OVERFLOW
        return reading.amperes if self.sense == "CURR" else reading.volts

    @command("SOURce:VOLTage:ILIMit[:LEVel]:TRIPped?")
    def _current_limited(self) -> str:
        return str(int(self.core.sourced == "V" and self.core.operating().limited))

    @command("SOURce:CURRent:VLIMit[:LEVel]:TRIPped?")
    def _voltage_limited(self) -> str:
        return str(int(self.core.sourced == "A" and self.core.operating().limited))

    def measuring_s(self) -> float:
        times = 1 + self.get(f"{self.get('source').lower()} read back")
        return times * self.get(f"{self.sense.lower()} cycles") / _LINE_HZ
