"""An untouched PyMeasure procedure that emits scalars, run like any protocol."""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from nado_lab.port import Port
from nado_lab.protocols.base import PERCENT, PROGRESS, Emit, NadoProcedure, Streams
from nado_lab.protocols.columns import RESERVED, Column, Coordinate, Row
from nado_lab.protocols.emitted import as_record, batch_rows, fit_headings
from nado_lab.protocols.errors import ProtocolError
from nado_lab.protocols.parameters import describe
from nado_lab.protocols.pymeasure_types import Procedure

_HEADING = re.compile(r"^(?P<name>.*?)\s*(?:\((?P<unit>[^()]*)\))?\s*$")
_OURS = (
    *("bind", "attach", "columns", "coordinates", "row_count", "require_limits", "estimate_s"),
    *("start_row", "may_pause"),
)
"""What the runner asks of every protocol: a procedure may use these names for nothing else."""

_log = logging.getLogger(__name__)


class PlainProcedure(Procedure):
    """What a plain procedure lacks to be run: columns from `DATA_COLUMNS`, rows from what it emits.

    It comes after the user's own class, whose names count: a method `setup` of theirs stays.
    """

    DATA_COLUMNS: list[str]
    start_row = 0
    resumable = False
    may_pause = True
    __emit: Emit
    __should_stop: Callable[[], bool]
    __names: dict[str, Column]

    def gen_measurement(self) -> None:
        """Read what is measured from the class; a unit that PyMeasure does not know is refused."""
        try:
            super().gen_measurement()
        except ValueError as error:
            raise ProtocolError(f"{type(self).__name__}: {error}") from error

    def suit(self, ports: Sequence[Port]) -> None:
        """Have no parameters that belong to a port."""

    def bind(self, setup: object) -> None:
        """Keep the setup for procedures that want it; refuse to run with a parameter that has no value."""
        missing = [f"{name} ({each.expected})" for name, each in describe(self).items() if each.value is None]
        if missing:
            told = f"{type(self).__name__} needs a value for {', '.join(missing)}"
            raise ProtocolError(f"{told}: give -p {missing[0].split()[0]}=...")
        if getattr(type(self), "setup", None) is None:
            self.setup = setup

    def attach(self, emit: Emit, should_stop: Callable[[], bool]) -> None:
        """Take who stores rows, and who says whether to stop."""
        self.__emit, self.__should_stop = emit, should_stop
        self.__names = named(self.DATA_COLUMNS)

    def emit(self, topic: str, record: object) -> None:
        """Hand over one row (`results`), many (`batch results`: a sequence a column), or `progress` in %."""
        if topic == "results":
            self.__take(as_record(topic, record))
        elif topic == "batch results":
            for row in batch_rows(as_record(topic, record)):
                self.__take(row)
        elif topic == PROGRESS:
            self.__emit(PROGRESS, {PERCENT: cast("float", record)})
        elif isinstance(record, Mapping):
            raise ProtocolError(f"emit({topic!r}, ...): rows are emitted as 'results' or 'batch results'")
        else:
            _log.info("%s: %r", topic, record)

    def should_stop(self) -> bool:
        """Say whether to end early."""
        return self.__should_stop()

    def is_last(self) -> bool:
        """Say yes: every run leaves its instruments as if it were the last, also within a queue."""
        return True

    def columns(self) -> Streams:
        """Declare a number for every data column; `Voltage (V)` is the column Voltage in V."""
        if not self.DATA_COLUMNS:
            raise ProtocolError(f"{type(self).__name__} declares no DATA_COLUMNS: there is nothing to store")
        return {"primary": tuple(named(self.DATA_COLUMNS).values())}

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

    def __take(self, record: Mapping[str, object]) -> None:
        found = fit_headings(record, tuple(self.__names))
        row = {column.name: found.get(heading, float("nan")) for heading, column in self.__names.items()}
        self.__emit("primary", cast("Row", row))


def as_protocol(procedure: type[Procedure]) -> type[NadoProcedure]:
    """Make a procedure class runnable; one that is so already stays as it is."""
    if issubclass(procedure, NadoProcedure):
        return procedure
    if procedure is Procedure:
        raise ProtocolError("Procedure is PyMeasure's own, which measures nothing: name a class of yours")
    hidden = [name for name in _OURS if hasattr(procedure, name)]
    if hidden:
        raise ProtocolError(
            f"{procedure.__name__} has {', '.join(hidden)} of its own, by which NADO-Lab asks a protocol for "
            "its columns, rows and limits: give it another name, or derive from NadoProcedure"
        )
    made = type(procedure.__name__, (procedure, PlainProcedure), {"__module__": procedure.__module__})  # pyright: ignore[reportGeneralTypeIssues]
    return cast("type[NadoProcedure]", made)


def named(headings: list[str]) -> dict[str, Column]:
    """Give every heading a column of its own; names that would coincide are numbered from the second on."""
    taken = {name.lower() for name in RESERVED}
    columns: dict[str, Column] = {}
    for heading in dict.fromkeys(headings):
        column = _column(heading, taken)
        taken.add(column.name.lower())
        columns[heading] = column
    return columns


def _column(heading: str, taken: set[str]) -> Column:
    match = _HEADING.match(heading)
    name = re.sub(r"\W+", "_", match["name"] if match else heading, flags=re.ASCII).strip("_")
    name = name if name[:1].isalpha() else f"column_{name}"
    tries = (name, *(f"{name}_{number}" for number in range(2, len(taken) + 3)))
    return Column(
        next(each for each in tries if each.lower() not in taken),
        units=(match["unit"] if match else "") or "1",
        description=heading,
    )
