"""Open the instruments of a setup by role, and shut them all down whatever happens to one of them."""

import contextlib
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from nado_lab.instruments.clock import Clock
from nado_lab.instruments.drivers import driver_class
from nado_lab.instruments.errors import DisconnectedError, InstrumentError, SetupError
from nado_lab.instruments.roles import Role
from nado_lab.instruments.setups.config import RoleConfig, SerialConfig, SetupConfig
from pyvisa.highlevel import VisaLibraryBase

VisaLibrary = str | VisaLibraryBase
"""The VISA library by its name for pyvisa, or the library itself."""
_PRESSES = 5
_EXTRA = 'it comes with `pip install "nado-lab[hardware]"`, or ".[hardware]" in the folder of NADO-Lab'


def open_roles(config: SetupConfig, visa_library: VisaLibrary, clock: Clock) -> dict[str, Role]:
    """Open and identify every role; what is open already is closed again where one fails."""
    opened: dict[str, Role] = {}
    try:
        for name, role in config.roles.items():
            opened[name] = _open(name, role, visa_library, clock)
            opened[name].identify()
            opened[name].clear()
    except BaseException:
        close_all(opened)
        raise
    return opened


def _open(name: str, role: RoleConfig, visa_library: VisaLibrary, clock: Clock) -> Role:
    driver = driver_class(role.driver)
    try:
        opened = driver(
            role.address,
            visa_library=visa_library,
            timeout=int(role.timeout_s * 1000),
            clock=clock,
            **role.limits,
        )
        set_line(opened, role.serial, f"role {name!r}: {role.driver}")
        return opened
    except TypeError as error:
        raise SetupError(f"role {name!r}: {role.driver} takes no such limit ({error})") from error
    except InstrumentError:
        raise
    except Exception as error:
        if isinstance(error, AttributeError | NameError):
            raise
        why = " ".join(str(error).split())
        extra = next((f"; {_EXTRA}" for package in ("PyUSB", "PySerial") if package in why), "")
        raise DisconnectedError(f"role {name!r}: cannot open {role.address} ({why}){extra}") from error


def set_line(opened: Role, serial: SerialConfig | None, who: str) -> None:
    """Set the serial line of an instrument that was just opened; where that fails, close it again."""
    if serial is None:
        return
    try:
        if not isinstance(opened, HasLine):
            raise SetupError(f"{who} has no serial line that could be set; take [serial] out of the file")
        opened.set_line(serial.for_visa())
    except BaseException:
        opened.close()
        raise


@runtime_checkable
class HasLine(Protocol):
    """What a driver can do whose instrument may hang on a serial line."""

    def set_line(self, settings: dict[str, object]) -> None:
        """Set the line, by pyvisa's names and in its values."""
        ...


def each_in_its_own_try(actions: list[tuple[str, Callable[[], object]]]) -> list[tuple[str, str]]:
    """Run all actions although some fail; return the role and the reason of each that did.

    Ctrl-C does not stop them: what it interrupted is done again, and it is raised once everything is safe.
    """
    failed: list[tuple[str, str]] = []
    pressed = None
    for name, action in actions:
        for _ in range(_PRESSES):
            try:
                action()
                break
            except KeyboardInterrupt as press:
                pressed = press
            except Exception as error:  # noqa: BLE001  safety goes on whatever one device does
                failed.append((name, str(error)))
                break
        else:
            failed.append((name, f"interrupted {_PRESSES} times"))
    if pressed is not None:
        raise pressed
    return failed


def close_all(opened: dict[str, Role]) -> None:
    """Give all connections back."""
    for driver in opened.values():
        with contextlib.suppress(Exception):
            driver.close()
