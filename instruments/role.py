"""What every instrument can do, whatever its role, and what one lacks for a role."""

from inspect import get_annotations
from typing import ClassVar, Generic, Protocol, TypedDict, runtime_checkable


class Quantity(TypedDict):
    """A setting or a reading of an instrument, with its unit."""

    value: object
    unit: str


Snapshot = dict[str, Quantity]
"""All settings of an instrument by name."""


@runtime_checkable
class Role(Protocol):
    """What every instrument can do."""

    drives: ClassVar[bool]
    """Whether the instrument has an output: one that only measures leaves nothing on."""
    isShutdown: bool

    def identify(self) -> str:
        """Read the identity and raise IdentityError where it is another instrument's."""
        ...

    def clear(self) -> None:
        """Empty error queue and event registers."""
        ...

    def check_errors(self) -> list[str]:
        """Raise DeviceReportedError where the instrument reports an error."""
        ...

    def snapshot(self) -> Snapshot:
        """Read all settings, each with its unit."""
        ...

    def shutdown(self) -> None:
        """Make the outputs safe; any number of times, in any state."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


def lacking(instrument: object, role: type) -> list[str]:
    """Return what a role asks for and an instrument has not, by name."""
    kinds = [each for each in role.__mro__ if each not in (object, Protocol, Generic)]
    asked = {name for each in kinds for name in (*vars(each), *get_annotations(each))}
    return sorted(name for name in asked if not name.startswith("_") and not hasattr(instrument, name))
