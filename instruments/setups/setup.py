"""What all setups share: roles opened together, the drive map, the interlock, records for the laboratory."""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Generic, Self, TypeVar

import numpy as np
from nado_lab.instruments.clock import Clock
from nado_lab.instruments.errors import BusyError, InstrumentError, InterlockError, SetupError
from nado_lab.instruments.limits import check_all
from nado_lab.instruments.roles import BipolarSupply, FieldProbe, Role, Thermometer, lacking
from nado_lab.instruments.setups.config import LimitsConfig, SetupConfig
from nado_lab.instruments.setups.open_roles import VisaLibrary, close_all, each_in_its_own_try, open_roles
from nado_lab.instruments.setups.records import Check, Reading, Response
from nado_lab.instruments.setups.role_limits import left_out
from nado_lab.instruments.setups.take_down import taken_down

log = logging.getLogger(__name__)
Config = TypeVar("Config", bound=SetupConfig)
Wanted = TypeVar("Wanted", bound=Role)


class Setup(ABC, Generic[Config]):
    """Instruments by role that answer a drive; leaving the ``with`` block makes everything safe."""

    port_count = 1
    channels: tuple[str, ...] = ()
    channel_units: tuple[str, ...] = ()

    def __init__(self, config: Config, visa_library: VisaLibrary, clock: Clock):
        self.config, self.clock = config, clock
        self.interlock_tripped = False
        self._energised, self._measuring = False, threading.RLock()
        self._driving = [name for group in taken_down(config) for name in group]
        self._reading = [name for name in config.roles if name not in self._driving]
        self._lost: list[str] = []
        self.roles = open_roles(config, visa_library, clock)
        try:
            self.coil_supplies = {name: self.role(name, BipolarSupply) for name in config.coil_supplies}
            self._assign_roles()
        except BaseException:
            close_all(self.roles)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        try:
            for failure in self.shutdown():
                log.error("%s may not be safe: %s", self.config.name, failure)
            for loss in self._lost:
                log.warning("%s lost an instrument that drives nothing: %s", self.config.name, loss)
        finally:
            close_all(self.roles)

    # -- what a kind of setup is made of -----------------------------------------------------

    @abstractmethod
    def _assign_roles(self) -> None:
        """Take each instrument by `role`."""

    def role(self, name: str, kind: type[Wanted]) -> Wanted:
        """Return the instrument of a role, if it can do what its kind asks; SetupError says what it lacks."""
        driver = self.roles.get(name)
        if driver is None:
            raise SetupError(f"setup {self.config.name!r} has no role {name!r} ({kind.__name__})")
        if isinstance(driver, kind):
            return driver
        told = f"{self.config.roles[name].driver} has no {', '.join(lacking(driver, kind))}"
        raise SetupError(f"role {name!r} of setup {self.config.name!r} must be a {kind.__name__}: {told}")

    @property
    @abstractmethod
    def step_s(self) -> float:
        """Duration of a step in s."""

    @property
    @abstractmethod
    def waveform_shape(self) -> tuple[int, int]:
        """Raw samples a step and number of contacts."""

    @abstractmethod
    def check_limits(self, field: np.ndarray) -> None:
        """Raise LimitError where fields (trial, step) in T ask too much of anything."""

    @abstractmethod
    def _play(self, field: np.ndarray, should_stop: Callable[[], bool]) -> Iterator[Response]:
        """Yield a Response a trial for checked fields (trial, step) in T."""

    @abstractmethod
    def energise(self) -> None:
        """Switch everything on at zero field, once; the interlock is read every time."""

    @abstractmethod
    def check(self) -> list[Check]:
        """Prove identities, ranges, 1 % of the field and the interlock."""

    @property
    def limits(self) -> LimitsConfig:
        """Limits of field, slew and duty."""
        return self.config.limits

    def limits_left_out(self) -> dict[str, str]:
        """Return, per role that drives something, which largest values the setup file leaves out."""
        return left_out(self.config)

    # -- the drive ---------------------------------------------------------------------------

    def field_tesla(self, drive: np.ndarray) -> np.ndarray:
        """Return the field in T of a drive in [-1, 1]."""
        drive_map = self.config.drive
        return drive_map.field_centre_t + drive_map.field_range_t * np.asarray(drive, float)

    def drive_for_field(self, field: np.ndarray) -> np.ndarray:
        """Return the drive whose field in T is given."""
        drive_map = self.config.drive
        return (np.asarray(field, float) - drive_map.field_centre_t) / drive_map.field_range_t

    # -- Device ------------------------------------------------------------------------------

    def respond(self, drive: np.ndarray) -> np.ndarray:
        """Return the readout (…, step, channel) of a drive (…, step, port)."""
        drive = np.asarray(drive)
        if drive.ndim < 2 or not drive.shape[-2]:
            raise ValueError(f"drive must have shape (…, step, {self.port_count}), got {drive.shape}")
        flat = drive.reshape(-1, *drive.shape[-2:])
        readouts = [response.readout for response in self.measure(flat)]
        return np.array(readouts).reshape(*drive.shape[:-1], len(self.channels))

    def measure(
        self,
        drive: np.ndarray,
        *,
        should_stop: Callable[[], bool] = lambda: False,
        field_tesla: np.ndarray | None = None,
    ) -> Iterator[Response]:
        """Check a drive (trial, step, port) against all limits, then yield one Response a trial.

        ``field_tesla`` (trial, step) replaces the setup's map. When ``should_stop()`` turns true the
        field goes to zero and the iteration ends; it does so too where the caller leaves the iteration early.
        """
        if np.iscomplexobj(drive):
            raise ValueError("drive must be real, got complex numbers")
        drive = np.asarray(drive, dtype=float)
        if drive.ndim != 3 or drive.shape[2] != self.port_count or not drive.shape[1]:
            raise ValueError(f"drive must have shape (trial, step, {self.port_count}), got {drive.shape}")
        field = self.field_tesla(drive[:, :, 0]) if field_tesla is None else np.asarray(field_tesla, float)
        if field.shape != drive.shape[:2]:
            raise ValueError(f"field_tesla must have shape {drive.shape[:2]}, got {field.shape}")
        if field_tesla is None:
            check_all("drive", drive, -1.0, 1.0, "", "Squash the drive into the device's range.")
        self.check_limits(field)
        return self._watched(self._play(field, should_stop))

    def _watched(self, play: Iterator[Response]) -> Iterator[Response]:
        """Pass responses on; whatever ends them early, also a caller who loses interest, leaves all safe."""
        try:
            while (response := self._next(play)) is not None:
                yield response
        except BusyError:
            raise
        except BaseException:
            self.shutdown()
            raise

    def _next(self, play: Iterator[Response]) -> Response | None:
        """Measure the next trial, unless another thread is at it."""
        if not self._measuring.acquire(blocking=False):
            raise BusyError("this setup measures already, in another thread; wait for it or stop it")
        try:
            return next(play, None)
        finally:
            self._measuring.release()

    # -- safety ------------------------------------------------------------------------------

    def require_interlock(self) -> None:
        """Raise InterlockError where an interlock is open."""
        if self.interlock_tripped:
            raise InterlockError("the interlock was tripped by hand; clear it with clear_interlock()")
        for name, supply in self.coil_supplies.items():
            if not supply.interlock_closed():
                raise InterlockError(f"{name}: coil over-temperature; let it cool down")

    def require_energised(self) -> None:
        """Raise InstrumentError where somebody else made the setup safe while it measured."""
        if not self._energised:
            raise InstrumentError("the setup was made safe while it measured; what it measured is not whole")

    def require_health(self) -> None:
        """Read all error queues, and all thermometers: nothing is measured at an unknown temperature."""
        for driver in self.roles.values():
            if isinstance(driver, Thermometer):
                driver.measured_kelvin()
            driver.check_errors()

    def trip_interlock(self) -> None:
        """Make everything safe and refuse to drive until the interlock is cleared."""
        self.interlock_tripped = True
        self.shutdown()

    def clear_interlock(self) -> None:
        """Allow driving again."""
        self.interlock_tripped = False

    def shutdown(self) -> list[str]:
        """Take the field to zero within its slew and switch all sources off; return what may still be on.

        An instrument that drives nothing is stopped too, but cannot leave anything on: it is not among these.
        """
        failed = each_in_its_own_try(self._safe_actions())
        self._lost = [f"{name}: {why}" for name, why in failed if name in self._reading]
        return [f"{name}: {why}" for name, why in failed if name not in self._reading]

    def _safe_actions(self) -> list[tuple[str, Callable[[], object]]]:
        """Return what makes the bench safe, in the family's order; who was spoken to since it was safe."""
        names = self._driving + [name for name in self.roles if name not in self._driving]
        return [(name, self.roles[name].shutdown) for name in names if not self.roles[name].isShutdown]

    # -- what the laboratory writes down -----------------------------------------------------

    def readings(self) -> dict[str, Reading]:
        """Read each current, field and temperature that there is an instrument for, by name."""
        found: dict[str, Reading] = {}
        for name, role in self.roles.items():
            if isinstance(role, BipolarSupply):
                found[f"{name}_current"] = Reading(role.measured_amperes(), "A")
            if isinstance(role, FieldProbe):
                found[f"{name}_field"] = Reading(role.measured_tesla(), "T")
            if isinstance(role, Thermometer):
                found[f"{name}_temperature"] = Reading(role.measured_kelvin(), "K")
        return found

    def identities(self) -> dict[str, str]:
        """Return role -> identity, read over VISA."""
        return {name: driver.identify() for name, driver in self.roles.items()}

    def snapshot(self) -> dict[str, object]:
        """Return the configuration and all settings of all instruments, ready for JSON."""
        settings = {name: driver.snapshot() for name, driver in self.roles.items()}
        return {"config": self.config.model_dump(mode="json"), "instruments": settings}
