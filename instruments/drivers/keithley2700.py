"""Keithley 2700, 2701 or 2750 with switch cards: what is closed is limited and read back.

Orders and replies: PyMeasure, Keithley2700 and tests/instruments/keithley/test_keithley2750.py.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from nado_lab.instruments.drivers.base import SafeDriver
from nado_lab.instruments.errors import LimitError, ReplyError, StuckOutputError
from pymeasure.adapters import Adapter
from pymeasure.instruments import Instrument
from pymeasure.instruments.keithley import Keithley2700 as PyMeasure2700

_SLOTS, _CHANNELS = 5, 99
_MOST_CLOSED = 100


def channels_of(reply: str) -> list[int]:
    """Return the channels of a list ``(@101,105)``; ``(@)`` is none."""
    listed = reply.strip().removeprefix("(@").removesuffix(")")
    return sorted(int(part) for part in listed.split(",") if part.strip())


class Silent2700(PyMeasure2700):
    """PyMeasure's driver, but that its constructor asks nothing: nobody knows yet which instrument it is."""

    def __init__(self, adapter: Any, name: str = "Keithley 2700 switch", **kwargs: Any):
        super(PyMeasure2700, self).__init__(adapter, name, **kwargs)


class Keithley2700(SafeDriver, Silent2700):
    """Close channels of the cards, numbered slot and channel: 101 is channel 1 of slot 1.

    PyMeasure's driver knows one card, keeps its channels in a list that all instruments share, and leaves
    what is closed as it is at the end; mended here. ``max_closed`` is how many channels may be closed at
    once: two that join outputs are a short circuit.
    """

    identity = r"KEITHLEY INSTRUMENTS INC\.,MODEL 27(00|01|50)"
    units: ClassVar = {"closed_channels": "", "cards": ""}

    closed_channels = Instrument.measurement(
        "ROUTe:MULTiple:CLOSe?",
        """Get the channels that are closed (list of int).""",
        separator="\n",
        cast=str,
        get_process=channels_of,
    )
    cards = Instrument.measurement(
        "*OPT?", """Get the cards, slot by slot (str).""", separator="\n", cast=str
    )

    def __init__(self, adapter: Adapter | str, *, max_closed: int = 1, **kwargs: Any):
        if not 1 <= max_closed <= _MOST_CLOSED:
            raise LimitError(f"max_closed = {max_closed:g} must lie between 1 and {_MOST_CLOSED}")
        super().__init__(adapter, read_termination="\n", write_termination="\n", **kwargs)
        self._most_closed = int(max_closed)

    def route(self, channels: Sequence[int]) -> None:
        """Open all others, then close these channels; what is closed afterwards is read."""
        wanted = sorted({int(channel) for channel in channels})
        wrong = [each for each in wanted if not (1 <= each // 100 <= _SLOTS and 1 <= each % 100 <= _CHANNELS)]
        if wrong:
            raise LimitError(
                f"{self.name}: no channel {wrong[0]}: expected slot and channel, 101; nothing was sent"
            )
        if len(wanted) > self._most_closed:
            raise LimitError(
                f"{self.name}: {len(wanted)} channels at once where max_closed allows {self._most_closed}; "
                "nothing was sent"
            )
        with self.lock:
            self.open_all()
            if wanted:
                self.write(f"ROUTe:MULTiple:CLOSe (@{','.join(map(str, wanted))})")
            self.check_errors()
            self._require(wanted)

    def closed(self) -> tuple[int, ...]:
        """Return which channels are closed now, in rising order."""
        return tuple(self.read_back("closed_channels"))

    def open_all(self) -> None:
        """Open every channel; that they are open is read."""
        with self.lock:
            self.write(":ROUTe:OPEN:ALL")
            self._require([])

    def _require(self, wanted: list[int]) -> None:
        found = list(self.closed())
        if found != wanted:
            raise ReplyError(f"{self.name}: channels {wanted} should be closed, but {found} are")

    def _make_safe(self) -> None:
        self.write(":ROUTe:OPEN:ALL")
        if self.closed():
            raise StuckOutputError(
                f"{self.name}: channels {list(self.closed())} stay closed; unplug them by hand"
            )
