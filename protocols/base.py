"""The base of every protocol: a PyMeasure procedure that declares its columns and emits rows."""

from collections.abc import Callable
from typing import Any

from nado_lab.protocols.columns import Column, Coordinate
from pymeasure.experiment import Procedure

Streams = dict[str, tuple[Column, ...]]


class NadoProcedure(Procedure):
    """Measure with a setup and emit rows; knows nothing of files or threads.

    The runner calls `bind(setup)`, sets `emit(stream, row)`, `should_stop()` and `start_row` (rows
    of the primary stream that are stored already, when a run is resumed), and then `execute`.
    """

    setup: Any = None
    start_row: int = 0
    resumable: bool = True
    must_be_given: tuple[str, ...] = ()
    """Parameters that neither a default nor the setup settles."""
    emit: Callable[[str, dict[str, Any]], None]
    should_stop: Callable[[], bool]

    def gen_measurement(self) -> None:
        """Leave PyMeasure's column list alone: it is one list shared by all procedures."""

    def bind(self, setup: Any) -> None:
        """Take the setup, and settle every parameter that it decides."""
        self.setup = setup

    def columns(self) -> Streams:
        """Declare, per stream, the columns of the rows that will be emitted."""
        raise NotImplementedError

    def coordinates(self) -> tuple[Coordinate, ...]:
        """Label dimensions of the columns (channel names, frequencies)."""
        return ()

    def row_count(self) -> int:
        """Give the number of primary rows of a whole run."""
        raise NotImplementedError

    def estimate_s(self, setup: Any) -> float | None:
        """Estimate how many seconds by the bench's clock a whole run on `setup` takes; None: nobody knows.

        Needs no `bind`, sends nothing, and is cheap enough to be asked at every keystroke.
        """
        return None
