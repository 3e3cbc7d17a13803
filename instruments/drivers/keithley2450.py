"""Keithley 2450 as a source-meter: PyMeasure's driver with strict limits, stored lists and a real shutdown.

Orders and replies: 2450 Reference Manual 2450-901-01 Rev. B, section 6 (SCPI); QCoDeS' Keithley_2450.py.
"""

from typing import Any, ClassVar

import numpy as np
from nado_lab.instruments.drivers.keithley2450_quantities import BUFFER, Keithley2450Quantities
from nado_lab.instruments.drivers.reading import checked
from nado_lab.instruments.drivers.source_meter import SourceMeterDriver
from nado_lab.instruments.errors import LimitError, ReplyError, SetupError
from nado_lab.instruments.source_meter import SourcedPoints
from pymeasure.adapters import Adapter

_CHUNK = 100
"""Values in one message: SOUR:LIST takes up to 100, and APPend 100 more each time (p. 6-78, 6-79)."""
_LIMITED = 32
"""STAT_LIMIT of the source status (p. 8-29)."""
_LOW_VOLTS, _HIGH_AMPERES = 21.0, 0.105
"""Above 21 V it gives at most 105 mA (2450 data sheet: 200 V at 100 mA, 20 V at 1 A, each and 5 %)."""
_TIMED_POINTS, _POLLS, _POLL_S = 20, 200, 0.05
_LEAST_DELAY_S = 50e-6
"""A sweep waits 50 us or more at each point, or not at all (p. 6-85)."""
_WORDS = {"voltage": "VOLT", "current": "CURR"}


class Keithley2450(SourceMeterDriver, Keithley2450Quantities):
    """Source volts or amperes with a compliance; lists are stored and timed by the instrument.

    PyMeasure cuts a compliance of 2 A to 1.05 A in silence, never reads whether it is reached, knows the
    buffer of the SCPI2400 language only, and sleeps the time of the wall in its shutdown; mended here.
    """

    identity = r"KEITHLEY INSTRUMENTS.*2450"
    rated_volts, rated_amperes = 210.0, 1.05
    memory_points = 2499
    """A list holds 2500 values (p. 6-79); the last is the zero after it."""
    _starting = (f":TRAC:CLE {BUFFER}", "OUTPUT 1", ":INIT")
    _overhead_s = 3e-3
    """Between two points, beside measuring: an allowance until it is measured, as the manual does not say."""
    units: ClassVar = {
        "source_enabled": "",
        "source_mode": "",
        "sense_function": "",
        "source_voltage": "V",
        "source_current": "A",
        "source_voltage_range": "V",
        "source_current_range": "A",
        "compliance_current": "A",
        "compliance_voltage": "V",
        "current_range": "A",
        "voltage_range": "V",
        "current_nplc": "",
        "voltage_nplc": "",
        "current_four_wires": "",
        "voltage_four_wires": "",
        "voltage_read_back": "",
        "current_read_back": "",
        "voltage_output_off_state": "",
        "current_output_off_state": "",
        "current_limited": "",
        "voltage_limited": "",
    }

    def __init__(
        self, adapter: Adapter | str, *, max_volts: float = 210.0, max_amperes: float = 1.05, **kwargs: Any
    ):
        super().__init__(
            adapter,
            max_volts=max_volts,
            max_amperes=max_amperes,
            read_termination="\n",
            write_termination="\n",
            **kwargs,
        )
        self.source_voltage_values = (-max_volts, max_volts)
        self.source_current_values = (-max_amperes, max_amperes)
        self.compliance_voltage_values = (0.02, max_volts)
        self.compliance_current_values = (1e-9, max_amperes)

    def identify(self) -> str:
        """Return the identity, or raise SetupError where another command language is set."""
        found = super().identify()
        language = self.ask("*LANG?").strip()
        if language != "SCPI":
            raise SetupError(
                f"{self.name}: it speaks {language}, not SCPI; send *LANG SCPI, then switch it off and on"
            )
        return found

    def measured(self) -> tuple[float, float]:
        """Measure now: volts in V, current in A."""
        self._require_rest()
        reply = self.ask(f":READ? {BUFFER}, SOUR, READ")
        sourced, measured = checked(self.name, np.array(self._numbers(reply, 2)), "a reading").tolist()
        return (sourced, measured) if self._sourced == "voltage" else (measured, sourced)

    def compliance_reached(self) -> bool:
        """Tell whether the compliance holds the source back now."""
        self._prepared()
        return bool(self.read_back("current_limited" if self._sourced == "voltage" else "voltage_limited"))

    def readings(self) -> SourcedPoints:
        """Read what was measured at each point of the finished list."""
        count = self._require_list() + 1
        found = self.read_back("list_points")
        if found != count:
            raise ReplyError(f"{self.name}: expected {count} readings in its buffer, found {found!r}")
        reply = self.ask(f":TRAC:DATA? 1, {count}, {BUFFER}, REL, SOUR, READ, SOURSTAT")
        table = np.array(self._numbers(reply, 4 * count)).reshape(count, 4)[:-1]
        if self._sourced == "current":
            table = table[:, [0, 2, 1, 3]]
        return self._sourced_points(table, _LIMITED)

    # ------------------------------------------------------------------------------------------

    def _prepare(self, sourced: str, most: float, compliance: float) -> None:
        """Set the source and the meter from a reset on, which ends what the last user left."""
        volts, amperes = (most, compliance) if sourced == "voltage" else (compliance, most)
        if volts > _LOW_VOLTS and amperes > _HIGH_AMPERES:
            raise LimitError(
                f"{self.name}: {volts:g} V and {amperes:g} A at once exceed its 20 W; above {_LOW_VOLTS:g} V "
                f"choose at most {_HIGH_AMPERES:g} A; nothing was sent"
            )
        measured = "current" if sourced == "voltage" else "voltage"
        self._switch(on=False)
        self.write("*RST")
        self._line_hz = float(self.read_back("line_frequency"))
        self.apply(source_mode=sourced, sense_function=_WORDS[measured])
        self._hold(f"source_{sourced}_range", most)
        self._hold(f"{measured}_range", compliance)
        self.apply(
            **{
                f"compliance_{measured}": compliance,
                f"{measured}_nplc": self._line_cycles,
                f"{measured}_four_wires": self._four_wires,
                f"{sourced}_read_back": True,
                f"source_{sourced}_delay": 0.0,
                f"{sourced}_output_off_state": "NORM",
                f"source_{sourced}": 0.0,
            }
        )

    def _store(self, levels: np.ndarray, step_s: float) -> None:
        """Send the list with a zero after it, in messages of 100 values, and the sweep that plays it."""
        word = _WORDS[self._sourced]
        texts = [f"{level:.9g}" for level in (*levels, 0.0)]
        for start in range(0, len(texts), _CHUNK):
            append = ":APP" if start else ""
            self.write(f":SOUR:LIST:{word}{append} {', '.join(texts[start : start + _CHUNK])}")
        stored = self.ask(f":SOUR:LIST:{word}:POIN?").strip()
        if stored != str(len(texts)):
            raise ReplyError(f"{self.name}: expected {len(texts)} values in its list, found {stored[:20]!r}")
        delay = step_s - self.shortest_step_s
        delay = delay if delay >= _LEAST_DELAY_S else 0.0
        self.write(f":SOUR:SWE:{word}:LIST 1, {delay:.9g}, 1, OFF, {BUFFER}")

    def _time_points(self) -> None:
        """Play a list of zeros without a delay: how long its points take is what later delays add to."""
        self._store(np.zeros(_TIMED_POINTS), 0.0)
        self._points = _TIMED_POINTS
        self.trigger()
        for _ in range(_POLLS):
            if not self.busy():
                break
            self.clock.sleep(_POLL_S)
        step_s = float(np.mean(np.diff(self.readings().seconds)))
        least = self._measuring_s()
        if not 0.5 * least < step_s < least + 0.2:
            raise ReplyError(
                f"{self.name}: a point of {least:.3g} s took {step_s:.3g} s; its lists cannot be timed"
            )
        self._points, self._point_s = 0, step_s
        self._switch(on=True)

    def _switch(self, *, on: bool) -> None:
        """Switch the output and read back that it obeyed."""
        self.source_enabled = on
        self._confirm("source_enabled", on, self.read_back("source_enabled"))

    def _measuring_s(self) -> float:
        """Return how long one point is measured: the source read back, then the meter."""
        return 2 * self._line_cycles / self._line_hz

    def _numbers(self, reply: str, count: int) -> list[float]:
        try:
            found = [float(text) for text in reply.split(",")]
        except ValueError:
            found = []
        if len(found) != count:
            raise ReplyError(f"{self.name}: expected {count} numbers, got {reply[:60]!r}")
        return found

    def _make_safe(self) -> None:
        """Stop a list, go to zero, open the output; all of it is sent before anything is asked."""
        self.write(":ABOR")
        self.source_voltage = 0.0
        self.source_current = 0.0
        self.source_enabled = False
        self._forget_source()
        self._require_off(self.read_back("source_enabled"), "the output")
