"""An untouched PyMeasure procedure that emits scalars, run like any protocol."""

import re
from collections.abc import Callable
from typing import Any

from nado_lab.protocols.base import NadoProcedure, Streams
from nado_lab.protocols.columns import Column, Coordinate
from nado_lab.protocols.errors import ProtocolError
from pymeasure.experiment import Procedure

_HEADING = re.compile(r"^(?P<name>.*?)\s*(?:\((?P<unit>[^()]*)\))?\s*$")


class PlainProcedure:
    """What a plain procedure lacks to be run: columns from `DATA_COLUMNS`, rows from `results`."""

    DATA_COLUMNS: list[str]
    setup: Any = None
    start_row = 0
    resumable = False
    _emit: Callable[[str, dict[str, Any]], None]

    def bind(self, setup: Any) -> None:
        """Keep the setup for procedures that want it; most open instruments of their own."""
        self.setup = setup

    def columns(self) -> Streams:
        """Declare a number for every data column; `Voltage (V)` is the column Voltage in V."""
        if not self.DATA_COLUMNS:
            raise ProtocolError(f"{type(self).__name__} declares no DATA_COLUMNS: there is nothing to store")
        return {"primary": tuple(_column(heading) for heading in self.DATA_COLUMNS)}

    def coordinates(self) -> tuple[Coordinate, ...]:
        """Label nothing."""
        return ()

    def row_count(self) -> int:
        """Give 0: nobody knows how many rows will come."""
        return 0

    def estimate_s(self, setup: Any) -> float | None:
        """Give None: nobody knows how long the procedure takes."""
        return None

    @property
    def emit(self) -> Callable[[str, Any], None]:
        """Give what the procedure calls; a `progress` needs no storing."""

        def emit(topic: str, record: Any) -> None:
            if topic == "results":
                names = {heading: _column(heading).name for heading in self.DATA_COLUMNS}
                self._emit("primary", {n: record.get(heading, float("nan")) for heading, n in names.items()})

        return emit

    @emit.setter
    def emit(self, target: Callable[[str, dict[str, Any]], None]) -> None:
        self._emit = target


def as_protocol(procedure: type[Procedure]) -> type[NadoProcedure]:
    """Make a procedure class runnable; one that is so already stays as it is."""
    if issubclass(procedure, NadoProcedure):
        return procedure
    made = type(procedure.__name__, (PlainProcedure, procedure), {"__module__": procedure.__module__})
    return made  # type: ignore[return-value]


def _column(heading: str) -> Column:
    match = _HEADING.match(heading)
    name = re.sub(r"\W+", "_", match["name"] if match else heading, flags=re.ASCII).strip("_")
    return Column(
        name if name[:1].isalpha() else f"column_{name}",
        units=(match["unit"] if match else "") or "1",
        description=heading,
    )
