"""An untouched PyMeasure procedure that emits scalars, run like any protocol."""

import re
from collections.abc import Callable, Mapping
from typing import cast

from nado_lab.protocols.base import Emit, NadoProcedure, Streams
from nado_lab.protocols.columns import Column, Coordinate, Row
from nado_lab.protocols.errors import ProtocolError
from nado_lab.protocols.pymeasure_types import Procedure

_HEADING = re.compile(r"^(?P<name>.*?)\s*(?:\((?P<unit>[^()]*)\))?\s*$")


class PlainProcedure:
    """What a plain procedure lacks to be run: columns from `DATA_COLUMNS`, rows from `results`."""

    DATA_COLUMNS: list[str]
    setup: object = None
    start_row = 0
    resumable = False
    _emit: Emit
    _should_stop: Callable[[], bool]

    def bind(self, setup: object) -> None:
        """Keep the setup for procedures that want it; most open instruments of their own."""
        self.setup = setup

    def attach(self, emit: Emit, should_stop: Callable[[], bool]) -> None:
        """Take who stores rows, and who says whether to stop."""
        self._emit, self._should_stop = emit, should_stop

    def emit(self, topic: str, record: object) -> None:
        """Hand over what is emitted as `results`; a `progress` needs no storing."""
        if topic == "results" and isinstance(record, Mapping):
            found = cast("Row", record)
            names = {heading: _column(heading).name for heading in self.DATA_COLUMNS}
            self._emit("primary", {name: found.get(heading, float("nan")) for heading, name in names.items()})

    def should_stop(self) -> bool:
        """Say whether to end early."""
        return self._should_stop()

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

    def require_limits(self) -> None:
        """Refuse nothing: nobody knows what the procedure will ask of its instruments."""

    def estimate_s(self, setup: object) -> float | None:  # noqa: ARG002
        """Give None: nobody knows how long the procedure takes."""
        return None


def as_protocol(procedure: type[Procedure]) -> type[NadoProcedure]:
    """Make a procedure class runnable; one that is so already stays as it is."""
    if issubclass(procedure, NadoProcedure):
        return procedure
    made = type(procedure.__name__, (PlainProcedure, procedure), {"__module__": procedure.__module__})
    return cast("type[NadoProcedure]", made)


def _column(heading: str) -> Column:
    match = _HEADING.match(heading)
    name = re.sub(r"\W+", "_", match["name"] if match else heading, flags=re.ASCII).strip("_")
    return Column(
        name if name[:1].isalpha() else f"column_{name}",
        units=(match["unit"] if match else "") or "1",
        description=heading,
    )
