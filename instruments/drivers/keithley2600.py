"""One channel of a Keithley 2600 as a source-meter, in its script language TSP (Lua).

Orders and replies: Series 2600B Reference Manual 2600BS-901-01 Rev. C, section 7; QCoDeS' _Keithley_2600.py;
the trigger model of a timed list as Keithley's own example scripts build it (timer, list, measurement, hold).
"""

from typing import Any, ClassVar

import numpy as np
from nado_lab.instruments.drivers.keithley2600_quantities import Keithley2600Quantities
from nado_lab.instruments.drivers.one_channel import OneChannel
from nado_lab.instruments.drivers.reading import checked
from nado_lab.instruments.drivers.source_meter import SourceMeterDriver
from nado_lab.instruments.errors import LimitError, ReplyError
from nado_lab.instruments.source_meter import SourcedPoints
from pymeasure.adapters import Adapter

_CHUNK = 20
"""Levels in one message: a line of a script holds some hundred characters (OE-FET/keithley2600 sends 50)."""
_LIMITED = 0x40
"""Bit 6, compliance, of the buffer's status (p. 7-34)."""
_COLUMNS = (
    "smu{ch}.nvbuffer1.timestamps, smu{ch}.nvbuffer2.readings, smu{ch}.nvbuffer1.readings, "
    "smu{ch}.nvbuffer1.statuses"
)
"""measure.iv(ibuffer, vbuffer): 2600BS-901-01 Rev. B, p. 3-12."""
_BYTES = 8
_LOW_VOLTS, _HIGH_AMPERES = 20.2, 0.101
"""Of a 2611 to 2636: above 20 V the source gives at most 0.1 A (2600B data sheet)."""


class Keithley2600(OneChannel, SourceMeterDriver, Keithley2600Quantities):  # type: ignore[override]
    """Source volts or amperes with a compliance; lists are stored and timed by the instrument.

    PyMeasure sends 10 nA as 0.000000, cuts 3 A to 1.5 A in silence, never reads the compliance, and its
    shutdown sends nothing; mended here. ``channel`` is 1 for A, 2 for B; the other channel is left alone.
    """

    identity = r"Keithley Instruments.*Model 26\d\d"
    rated_volts, rated_amperes = 202.0, 1.515
    memory_points = 10_000
    _starting = (
        "smu{ch}.nvbuffer1.clear()",
        "smu{ch}.nvbuffer2.clear()",
        "smu{ch}.source.output = 1",
        "smu{ch}.trigger.initiate()",
    )
    _overhead_s = 3e-4
    """Between two points, beside measuring: our allowance, not from the manual. ``seconds`` are measured."""
    units: ClassVar = {
        "source_enabled": "",
        "source_mode": "",
        "source_voltage": "V",
        "source_current": "A",
        "source_voltage_range": "V",
        "source_current_range": "A",
        "compliance_current": "A",
        "compliance_voltage": "V",
        "current_range": "A",
        "voltage_range": "V",
        "measure_nplc": "",
        "output_off_mode": "",
        "remote_sense": "",
        "limited": "",
    }

    def __init__(
        self,
        adapter: Adapter | str,
        *,
        max_volts: float = 202.0,
        max_amperes: float = 1.515,
        channel: int = 1,
        **kwargs: Any,
    ):
        if channel not in (1, 2):
            raise LimitError(f"channel = {channel:g}: expected 1 for A or 2 for B")
        super().__init__(
            adapter,
            max_volts=max_volts,
            max_amperes=max_amperes,
            read_termination="\n",
            write_termination="\n",
            **kwargs,
        )
        self._channel = "a" if channel == 1 else "b"
        self._timer = f"trigger.timer[{channel:.0f}]"
        self.source_voltage_values = (-max_volts, max_volts)
        self.source_current_values = (-max_amperes, max_amperes)
        self.compliance_voltage_values = (0.02, max_volts)
        self.compliance_current_values = (1e-10, max_amperes)

    def clear(self) -> None:
        """Empty error queue and event registers."""
        self.write("*CLS")
        self.write("errorqueue.clear()")

    def measured(self) -> tuple[float, float]:
        """Measure now: volts in V, current in A."""
        self._require_rest()
        reply = self.ask("print(smu{ch}.measure.iv())")
        try:
            amperes, volts = (float(text) for text in reply.split("\t"))
        except ValueError:
            raise ReplyError(f"{self.name}: expected current and voltage, got {reply[:40]!r}") from None
        checked(self.name, np.array([volts, amperes]), "a reading")
        return volts, amperes

    def compliance_reached(self) -> bool:
        """Tell whether the compliance holds the source back now."""
        self._prepared()
        return bool(self.read_back("limited"))

    def readings(self) -> SourcedPoints:
        """Read what was measured at each point of the finished list."""
        count = self._require_list()
        found = self.read_back("list_points")
        if found != count:
            raise ReplyError(f"{self.name}: expected {count} readings in its buffer, found {found!r}")
        query = f"printbuffer(1, {count}, {_COLUMNS})"
        data = self.ask_block(query, size=4 * _BYTES * count)
        return self._sourced_points(np.frombuffer(data, "<f8").reshape(count, 4), _LIMITED)

    # ------------------------------------------------------------------------------------------

    def _next_error(self) -> tuple[int, str]:
        """Read ``code, text, severity, node``, with tabs between; a 2636A was recorded without the node."""
        reply = self.ask("print(errorqueue.next())")
        code, _, rest = reply.partition("\t")
        try:
            return int(float(code)), rest.split("\t")[0]
        except ValueError:
            raise ReplyError(f"{self.name}: expected an error of its queue, got {reply[:60]!r}") from None

    def _prepare(self, sourced: str, most: float, compliance: float) -> None:
        """Set the source and the meter from a reset of the channel on, which ends what the last user left."""
        volts, amperes = (most, compliance) if sourced == "voltage" else (compliance, most)
        if volts > _LOW_VOLTS and amperes > _HIGH_AMPERES:
            raise LimitError(
                f"{self.name}: {volts:g} V and {amperes:g} A at once are beyond it; above {_LOW_VOLTS:g} V "
                f"choose at most {_HIGH_AMPERES:g} A; nothing was sent"
            )
        measured = "current" if sourced == "voltage" else "voltage"
        self._switch(on=False)
        self.write("smu{ch}.reset()")
        for order in ("format.data = format.REAL64", "format.byteorder = format.LITTLEENDIAN"):
            self.write(order)
        self._line_hz = float(self.read_back("line_frequency"))
        self.apply(source_mode=sourced, remote_sense=self._four_wires, output_off_mode="normal")
        self._hold(f"source_{sourced}_range", most)
        self._hold(f"{measured}_range", compliance)
        self._hold(f"{sourced}_range", most)
        self.apply(
            **{
                f"compliance_{measured}": compliance,
                f"source_{sourced}": 0.0,
                "measure_nplc": self._line_cycles,
                "source_delay": 0.0,
            }
        )

    def _store(self, levels: np.ndarray, step_s: float) -> None:
        """Send the list, and the trigger model that plays it: a timer starts each point."""
        self.write("nado_levels = {}")
        for start in range(0, len(levels), _CHUNK):
            values = levels[start : start + _CHUNK]
            self.write("; ".join(f"table.insert(nado_levels, {value:.9g})" for value in values))
        found = self.ask("print(table.getn(nado_levels))").strip()
        if not found.replace(".", "").replace("e+", "").isdigit() or float(found) != len(levels):
            raise ReplyError(f"{self.name}: expected {len(levels)} values in its list, found {found[:20]!r}")
        for order in self._trigger_model(len(levels), step_s):
            self.write(order)
        self.apply(measure_delay=round(step_s - self.shortest_step_s, 9))

    def _trigger_model(self, count: int, step_s: float) -> tuple[str, ...]:
        smu, timer = "smu{ch}", self._timer
        quantity = "v" if self._sourced == "voltage" else "i"
        return (
            f"{smu}.nvbuffer1.collecttimestamps = 1",
            f"{smu}.trigger.source.list{quantity}(nado_levels)",
            f"{smu}.trigger.source.action = {smu}.ENABLE",
            f"{smu}.trigger.measure.iv({smu}.nvbuffer1, {smu}.nvbuffer2)",
            f"{smu}.trigger.measure.action = {smu}.ENABLE",
            f"{smu}.trigger.endpulse.action = {smu}.SOURCE_HOLD",
            f"{smu}.trigger.endsweep.action = {smu}.SOURCE_IDLE",
            f"{smu}.trigger.count = {count}",
            f"{smu}.trigger.arm.stimulus = 0",
            f"{smu}.trigger.source.stimulus = {timer}.EVENT_ID",
            f"{smu}.trigger.measure.stimulus = 0",
            f"{smu}.trigger.endpulse.stimulus = 0",
            f"{timer}.delay = {step_s:.9g}",
            f"{timer}.count = {max(1, count - 1)}",
            f"{timer}.passthrough = true",
            f"{timer}.stimulus = {smu}.trigger.ARMED_EVENT_ID",
        )

    def _switch(self, *, on: bool) -> None:
        """Switch the output and read back that it obeyed."""
        self.source_enabled = on
        self._confirm("source_enabled", on, self.read_back("source_enabled"))

    def _measuring_s(self) -> float:
        """Return how long one point is measured: both quantities at once."""
        return self._line_cycles / self._line_hz

    def _make_safe(self) -> None:
        """Stop a list, go to zero, open the output; all of it is sent before anything is asked."""
        self.write("smu{ch}.abort()")
        self.source_voltage = 0.0
        self.source_current = 0.0
        self.source_enabled = False
        self._forget_source()
        self._require_off(self.read_back("source_enabled"), "the output")
