"""The roles of light: a laser that may be tuned, and what measures its power."""

from typing import Protocol, runtime_checkable

from nado_lab.instruments.role import Role


@runtime_checkable
class Laser(Role, Protocol):
    """A laser of one power at one wavelength; dark until ``emit``."""

    @property
    def most_watts(self) -> float:
        """Return the largest power in W that the limits allow."""
        ...

    def prepare(self, wavelength_m: float, watts: float) -> None:
        """Set the wavelength in m and the power in W; it stays dark."""
        ...

    def emit(self) -> None:
        """Let the light out."""
        ...

    def emits(self) -> bool:
        """Tell whether light comes out."""
        ...


@runtime_checkable
class PowerMeter(Role, Protocol):
    """The power of light on a sensor."""

    def prepare(self, wavelength_m: float, most_w: float) -> None:
        """Correct for the wavelength in m; choose a range that holds ``most_w`` W."""
        ...

    def measured_watts(self) -> float:
        """Read the power in W."""
        ...
