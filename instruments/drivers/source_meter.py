"""What the drivers of source-meters share: limits, ramps, the check of a list."""

from typing import Any, ClassVar

import numpy as np
from nado_lab.instruments.drivers.operation import OperationDriver
from nado_lab.instruments.drivers.reading import checked
from nado_lab.instruments.errors import BusyError, LimitError, ReplyError
from nado_lab.instruments.limits import check_all, positive, within
from nado_lab.instruments.source_meter import SourcedPoints
from pymeasure.adapters import Adapter

_RAMP_STEPS = 20
_MOST_RAMP_S = 600.0


class SourceMeterDriver(OperationDriver):
    """Source one quantity within a compliance of the other; the orders are the subclass's."""

    rated_volts: ClassVar[float]
    rated_amperes: ClassVar[float]
    memory_points: int
    longest_step_s: ClassVar[float] = 1e4
    levels: ClassVar[dict[str, str]] = {"voltage": "source_voltage", "current": "source_current"}

    def __init__(
        self,
        adapter: Adapter | str,
        *,
        max_volts: float,
        max_amperes: float,
        full_ramp_s: float = 1.0,
        line_cycles: float = 0.1,
        four_wires: float = 0,
        **kwargs: Any,
    ):
        """``full_ramp_s``: how long a ramp over the whole of ``most`` takes, in s; ``four_wires``: 0 or 1."""
        if four_wires not in (0, 1):
            raise LimitError(f"four_wires = {four_wires:g}: expected 0 or 1")
        positive("max_volts", max_volts, self.rated_volts)
        positive("max_amperes", max_amperes, self.rated_amperes)
        positive("full_ramp_s", full_ramp_s, _MOST_RAMP_S)
        within(line_cycles, (0.01, 10))
        super().__init__(adapter, **kwargs)
        self._max = {"voltage": max_volts, "current": max_amperes}
        self._full_ramp_s, self._line_cycles = full_ramp_s, line_cycles
        self._four_wires = bool(four_wires)
        self._sourced, self._most = "", 0.0
        self._points = 0
        self._point_s = 0.0
        self._line_hz = 50.0

    @property
    def most_volts(self) -> float:
        """Return the largest voltage in V that the limits allow, sourced or as compliance."""
        return self._max["voltage"]

    @property
    def most_amperes(self) -> float:
        """Return the largest current in A that the limits allow, sourced or as compliance."""
        return self._max["current"]

    @property
    def shortest_step_s(self) -> float:
        """Return the shortest step of a list in s, as prepared."""
        return self._point_s or self._measuring_s() + self._overhead_s

    def source_volts(self, most_v: float, compliance_a: float) -> None:
        """Source 0 V in a range that holds ``most_v`` V, with at most ``compliance_a`` A; output on."""
        self._source("voltage", most_v, compliance_a)

    def source_amperes(self, most_a: float, compliance_v: float) -> None:
        """Source 0 A in a range that holds ``most_a`` A, with at most ``compliance_v`` V; output on."""
        self._source("current", most_a, compliance_v)

    def ramp_to(self, level: float) -> None:
        """Move to ``level`` in V or A, whichever is sourced, in small steps."""
        within(level, (-self._prepared(), self._most))
        name = self.levels[self._sourced]
        if not self.read_back("source_enabled"):
            setattr(self, name, 0.0)
            self._switch(on=True)
        start = float(self.read_back(name))
        seconds = abs(level - start) / self._most * self._full_ramp_s
        for value in np.linspace(start, level, _RAMP_STEPS + 1)[1:] if seconds else ():
            setattr(self, name, float(value))
            self.clock.sleep(seconds / _RAMP_STEPS)
        self.check_errors()

    def measured_volts(self) -> float:
        """Measure the voltage in V; 0 where the output is off."""
        return self.measured()[0] if self._is_on() else 0.0

    def measured_amperes(self) -> float:
        """Measure the current in A; 0 where the output is off."""
        return self.measured()[1] if self._is_on() else 0.0

    def _is_on(self) -> bool:
        return bool(self._sourced) and bool(self.read_back("source_enabled"))

    def load(self, levels: np.ndarray, step_s: float) -> None:
        """Store (point,) levels in V or A, ``step_s`` s each, measured near the end of each step."""
        most = self._prepared()
        levels = np.asarray(levels, float)
        if levels.ndim != 1 or not 1 <= len(levels) <= self.memory_points:
            raise LimitError(
                f"{self.name}: a list has shape (1 to {self.memory_points},), not {levels.shape}"
            )
        unit = "V" if self._sourced == "voltage" else "A"
        check_all("level", levels, -most, most, unit, "Prepare the source for a larger level.")
        if not self.shortest_step_s <= step_s <= self.longest_step_s:
            raise LimitError(
                f"{self.name}: a step of {step_s:g} s lies outside {self.shortest_step_s:.3g} to "
                f"{self.longest_step_s:g} s at {self._line_cycles:g} line cycles a reading; nothing was sent"
            )
        with self.lock:
            self._store(levels, step_s)
            self.check_errors()
        self._points = len(levels)

    def trigger(self) -> None:
        """Start the list, from zero."""
        self._require_list()
        with self.lock:
            setattr(self, self.levels[self._sourced], 0.0)
            self._start(*self._starting)

    def busy(self) -> bool:
        """Tell whether the list still runs."""
        return self._still_running()

    # -- what a subclass says ------------------------------------------------------------------

    _overhead_s: ClassVar[float]
    _starting: ClassVar[tuple[str, ...]]
    """What is sent to start a list that is stored."""

    def measured(self) -> tuple[float, float]:
        """Measure now: volts in V, current in A."""
        raise NotImplementedError

    def _prepare(self, sourced: str, most: float, compliance: float) -> None:
        """Set the source and the meter, at zero; the output is off, and stays so."""
        raise NotImplementedError

    def _store(self, levels: np.ndarray, step_s: float) -> None:
        """Send a list that was checked."""
        raise NotImplementedError

    def _switch(self, *, on: bool) -> None:
        """Switch the output and read back that it obeyed."""
        raise NotImplementedError

    def _time_points(self) -> None:
        """Measure ``_point_s``, how long a point takes, where the instrument does not keep time itself."""

    def _measuring_s(self) -> float:
        """Return how long one point is measured, in s."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------

    def _source(self, sourced: str, most: float, compliance: float) -> None:
        measured = "current" if sourced == "voltage" else "voltage"
        for name, value, limit in (
            (sourced, most, sourced),
            ("compliance " + measured, compliance, measured),
        ):
            if not 0 < value <= self._max[limit]:
                raise LimitError(
                    f"{self.name}: {name} {value:g} lies outside 0 to {self._max[limit]:g}; nothing was sent"
                )
        with self.lock:
            self._sourced, self._points, self._point_s = "", 0, 0.0
            self._prepare(sourced, most, compliance)
            self._switch(on=True)
            self.check_errors()
            self._sourced, self._most = sourced, most
            self._time_points()

    def _prepared(self) -> float:
        """Return the largest level as prepared, or say that nothing is."""
        if not self._sourced:
            raise LimitError(
                f"{self.name}: it sources nothing yet; call source_volts or source_amperes first"
            )
        return self._most

    def _require_rest(self) -> None:
        """Raise BusyError while a list runs: a reading would disturb it."""
        self._prepared()
        if self.running:
            raise BusyError(f"{self.name}: a list runs; its points are measured, ask busy() and readings()")

    def _hold(self, name: str, value: float) -> None:
        """Set a range; the instrument takes the next larger one, never a smaller one."""
        setattr(self, name, value)
        found = self.read_back(name)
        if not isinstance(found, float | int) or found < value * (1 - 1e-6):
            raise ReplyError(f"{self.name}: {name} was set to {value:g} but reads back {found!r}")

    def _sourced_points(self, table: np.ndarray, limited: int) -> SourcedPoints:
        """Make points of (point, [seconds, volts, amperes, status]); ``limited`` is the bit of the status."""
        checked(self.name, table, "a reading")
        seconds = table[:, 0] - table[0, 0]
        held = (table[:, 3].astype(int) & limited).astype(bool)
        return SourcedPoints(seconds, table[:, 1], table[:, 2], held)

    def _require_list(self) -> int:
        """Return how many points were loaded, or say that none were."""
        if not self._points:
            raise LimitError(f"{self.name}: no list is stored; call load first")
        return self._points

    def _forget_source(self) -> None:
        """Know that the output is off: nothing is prepared."""
        self.running, self._sourced, self._points = False, "", 0
