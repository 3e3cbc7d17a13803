"""What all setups share: roles opened together, ports, the interlock, records for the laboratory."""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Generic, Self, TypeVar

import numpy as np
from nado_lab.channels import ChannelAxis
from nado_lab.instruments.clock import Clock
from nado_lab.instruments.errors import BusyError, InstrumentError, InterlockError, SetupError
from nado_lab.instruments.limits import check_all
from nado_lab.instruments.roles import Role, Thermometer, lacking
from nado_lab.instruments.setups.checks import Proof, run_checks
from nado_lab.instruments.setups.config import SetupConfig
from nado_lab.instruments.setups.monitored import readings_of
from nado_lab.instruments.setups.open_roles import VisaLibrary, close_all, each_in_its_own_try, open_roles
from nado_lab.instruments.setups.records import Check, Limit, Reading, Reset, Response
from nado_lab.instruments.setups.role_limits import left_out
from nado_lab.instruments.setups.stepwise_setup import StepwiseSetup
from nado_lab.instruments.setups.take_down import taken_down
from nado_lab.port import Port, drives_of, inputs_of

log = logging.getLogger(__name__)
Config = TypeVar("Config", bound=SetupConfig)
Wanted = TypeVar("Wanted", bound=Role)


class Setup(StepwiseSetup, ABC, Generic[Config]):
    """Instruments by role that answer a drive; leaving the ``with`` block makes everything safe."""

    channels: tuple[str, ...] = ()
    channel_units: tuple[str, ...] = ()
    channel_axis: ChannelAxis | None = None
    """What the channels lie along, where they are a spectrum or a trace."""
    devices: tuple[str, ...] = ()
    """Devices that are driven and read side by side; empty: one device, and no axis ``device``."""
    waveform_units = "V"

    def __init__(self, config: Config, visa_library: VisaLibrary, clock: Clock):
        self.config, self.clock = config, clock
        self.interlock_tripped = False
        self._energised, self._measuring = False, threading.RLock()
        self._driving = [name for group in taken_down(config) for name in group]
        self._reading = [name for name in config.roles if name not in self._driving]
        self._lost: list[str] = []
        self.roles = open_roles(config, visa_library, clock)
        try:
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

    @abstractmethod
    def estimate_s(self, trials: int, steps: int) -> float:
        """Estimate how many s of the bench's clock so many trials take, resets and reading included."""

    @property
    @abstractmethod
    def reset(self) -> Reset:
        """What begins every trial."""

    @property
    @abstractmethod
    def waveform_shape(self) -> tuple[int, int]:
        """Raw samples a step and number of contacts."""

    @abstractmethod
    def check_limits(self, inputs: np.ndarray) -> None:
        """Raise LimitError where inputs (trial, step, port) in SI units ask too much of anything.

        Of devices side by side the inputs are (trial, device, step, port).
        """

    @abstractmethod
    def _play(self, inputs: np.ndarray, should_stop: Callable[[], bool]) -> Iterator[Response]:
        """Yield a Response a trial for checked inputs (trial, step, port) in SI units."""

    @abstractmethod
    def energise(self) -> None:
        """Switch everything on in the safe state, once; the interlock is read every time."""

    @abstractmethod
    def limit_list(self) -> tuple[Limit, ...]:
        """List the limits of the setup's file."""

    def interlocks(self) -> tuple[str, ...]:
        """Read what forbids to drive now, one line each; none: the setup may drive."""
        return ()

    def proofs(self) -> list[Proof]:
        """Return what `nado check` proves of this family, in order."""
        return []

    def check(self) -> list[Check]:
        """Prove identities, limits, the family's own proofs and the interlock; leave everything safe."""
        return run_checks(self)

    def limits_left_out(self) -> dict[str, str]:
        """Return, per role that drives something, which largest values the setup file leaves out."""
        return left_out(self.config)

    # -- the drive ---------------------------------------------------------------------------

    @property
    def ports(self) -> tuple[Port, ...]:
        """What the device is driven with."""
        return self.config.ports

    @property
    def port_count(self) -> int:
        """Number of ports."""
        return len(self.config.ports)

    def inputs_of(self, drive: np.ndarray) -> np.ndarray:
        """Return the inputs (…, port) in SI units of a drive (…, port) in [-1, 1]."""
        return inputs_of(self.ports, drive)

    def drives_of(self, inputs: np.ndarray) -> np.ndarray:
        """Return the drive (…, port) whose inputs (…, port) in SI units are given."""
        return drives_of(self.ports, inputs)

    # -- Device ------------------------------------------------------------------------------

    def respond(self, drive: np.ndarray) -> np.ndarray:
        """Return the readout (…, [device,] step, channel) of a drive (…, [device,] step, port)."""
        drive, inner = np.asarray(drive), 2 + bool(self.devices)
        if drive.ndim < inner:
            raise ValueError(f"drive must have shape (…, {self._shape_words()}), got {drive.shape}")
        flat = drive.reshape(-1, *drive.shape[-inner:])
        readouts = [response.readout for response in self.measure(flat)]
        return np.array(readouts).reshape(*drive.shape[:-1], len(self.channels))

    def measure(
        self,
        drive: np.ndarray,
        *,
        should_stop: Callable[[], bool] = lambda: False,
        inputs: np.ndarray | None = None,
    ) -> Iterator[Response]:
        """Check a drive (trial, step, port) against all limits, then yield one Response a trial.

        Of devices side by side it is (trial, device, step, port). ``inputs`` of the same shape, in SI units,
        replace what the ports make of the drive. When ``should_stop()`` turns true the setup goes to its
        safe state and the iteration ends; it does so too where the caller leaves the iteration early.
        """
        self.require_no_trial()
        drive = self._drive_of(drive)
        applied = self.inputs_of(drive) if inputs is None else np.asarray(inputs, float)
        if applied.shape != drive.shape:
            raise ValueError(f"inputs must have shape {drive.shape}, got {applied.shape}")
        if inputs is None:
            check_all("drive", drive, -1.0, 1.0, "", "Squash the drive into the device's range.")
        self.check_limits(applied)
        return self._watched(self._play(applied, should_stop))

    def _drive_of(self, drive: np.ndarray) -> np.ndarray:
        """Return a drive as real numbers; ValueError where its shape is another than the setup's."""
        if np.iscomplexobj(drive):
            raise ValueError("drive must be real, got complex numbers")
        drive = np.asarray(drive, dtype=float)
        sides = (len(self.devices),) if self.devices else ()
        fits = (
            drive.ndim == 3 + len(sides) and drive.shape[1:-2] == sides and drive.shape[-1] == self.port_count
        )
        if not fits or not drive.shape[-2]:
            raise ValueError(f"drive must have shape (trial, {self._shape_words()}), got {drive.shape}")
        return drive

    def _shape_words(self) -> str:
        """Say what a trial's axes are, with the sizes that are fixed."""
        return (f"{len(self.devices)} devices, " if self.devices else "") + f"step, {self.port_count}"

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
        """Measure the next trial, unless another thread is at it, or a stepwise trial is under way."""
        self.require_no_trial()
        if not self._measuring.acquire(blocking=False):
            raise BusyError("this setup measures already, in another thread; wait for it or stop it")
        try:
            return next(play, None)
        finally:
            self._measuring.release()

    def require_idle(self) -> None:
        """Raise BusyError while another thread measures, or a stepwise trial is under way."""
        self.require_no_trial()
        if not self._measuring.acquire(blocking=False):
            raise BusyError("this setup measures already, in another thread; wait for it or stop it")
        self._measuring.release()

    # -- safety ------------------------------------------------------------------------------

    def require_interlock(self) -> None:
        """Raise InterlockError where an interlock is open."""
        if self.interlock_tripped:
            raise InterlockError("the interlock was tripped by hand; clear it with clear_interlock()")
        for reason in self.interlocks():
            raise InterlockError(reason)

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
        """Take everything to the safe state and switch all sources off; return what may still be on.

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
        """Read what the instruments of this setup measure by themselves, by name."""
        return readings_of(self.roles)

    def applied(self) -> dict[str, Reading]:
        """Read what acts on the device now, as far as instruments know it, by the port's name."""
        return {}

    def identities(self) -> dict[str, str]:
        """Return role -> identity, read over VISA."""
        return {name: driver.identify() for name, driver in self.roles.items()}

    def snapshot(self) -> dict[str, object]:
        """Return the configuration and all settings of all instruments, ready for JSON."""
        settings = {name: driver.snapshot() for name, driver in self.roles.items()}
        return {"config": self.config.model_dump(mode="json"), "instruments": settings}
