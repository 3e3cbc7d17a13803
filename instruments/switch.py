"""The role of a switch: it connects instruments and devices by its channels."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from nado_lab.instruments.role import Role


@runtime_checkable
class Switch(Role, Protocol):
    """Channels that are closed (connected) or open, the old ones open before the new ones close."""

    def route(self, channels: Sequence[int]) -> None:
        """Open all others, then close these channels."""
        ...

    def closed(self) -> tuple[int, ...]:
        """Return which channels are closed now, in rising order."""
        ...

    def open_all(self) -> None:
        """Open every channel."""
        ...
