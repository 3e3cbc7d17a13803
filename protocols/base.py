"""The base of every protocol: a PyMeasure procedure that declares its columns and emits rows."""

from collections.abc import Callable, Sequence

from nado_lab.port import Port
from nado_lab.protocols.columns import Column, Coordinate, Row
from nado_lab.protocols.device import MeasuringDevice
from nado_lab.protocols.pymeasure_types import Procedure
from nado_lab.protocols.timing import WHOLE_TRIALS

Streams = dict[str, tuple[Column, ...]]
Emit = Callable[[str, Row], None]
PROGRESS = "progress"
"""The topic under which a procedure tells how far it has come, as PyMeasure's do."""
PERCENT = "percent"
"""The only entry of a record of progress: 0 to 100."""


class NadoProcedure(Procedure):
    """Measure with a setup and emit rows; knows nothing of files or threads.

    The runner calls `bind(setup)` and `attach(emit, should_stop)`, sets `start_row` (rows of the primary
    stream that are stored already, when a run is resumed), and then calls `execute`.
    """

    setup: MeasuringDevice
    start_row: int = 0
    resumable: bool = True
    must_be_given: tuple[str, ...] = ()
    """Parameters that neither a default nor the setup settles."""
    suited: tuple[Port, ...] = ()
    """The ports that the parameters are those of, once they are known."""
    _emit: Emit
    _should_stop: Callable[[], bool]

    def gen_measurement(self) -> None:
        """Leave PyMeasure's column list alone: it is one list shared by all procedures."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)  # pyright: ignore[reportUnknownMemberType]
        self.waiting: dict[str, object] = {}

    def suit(self, ports: Sequence[Port]) -> None:
        """Take the ports of the setup that is to come: parameters that belong to a port exist from now on."""

    def awaits(self, name: str) -> bool:  # noqa: ARG002
        """Tell whether a parameter of this name may exist once the ports are known; it then waits."""
        return False

    def bind(self, setup: MeasuringDevice) -> None:
        """Take the setup, and settle every parameter that it decides."""
        self.setup = setup

    def attach(self, emit: Emit, should_stop: Callable[[], bool]) -> None:
        """Take who stores rows, and who says whether to stop."""
        self._emit, self._should_stop = emit, should_stop

    def emit(self, topic: str, record: Row) -> None:
        """Hand over one row of the stream called `topic`."""
        self._emit(topic, record)

    @property
    def timing(self) -> str:
        """Say how the steps of a trial follow each other: one of `protocols.timing`."""
        return WHOLE_TRIALS

    @property
    def may_pause(self) -> bool:
        """Tell whether the run may be held, or the monitors be looked at, before the next row."""
        return True

    def should_stop(self) -> bool:
        """Say whether to end early; to be asked between any two rows."""
        return self._should_stop()

    def columns(self) -> Streams:
        """Declare, per stream, the columns of the rows that will be emitted."""
        raise NotImplementedError

    def coordinates(self) -> tuple[Coordinate, ...]:
        """Label dimensions of the columns (channel names, frequencies)."""
        return ()

    def row_count(self) -> int:
        """Give the number of primary rows of a whole run."""
        raise NotImplementedError

    def require_limits(self) -> None:
        """Refuse what the setup would refuse to play (its LimitError); after `bind`, sends nothing."""

    def estimate_s(self, setup: MeasuringDevice) -> float | None:  # noqa: ARG002
        """Estimate how many seconds by the bench's clock a whole run on `setup` takes; None: nobody knows.

        Needs no `bind`, sends nothing, and is cheap enough to be asked at every keystroke.
        """
        return None
