"""A trial that is asked step by step: each step is checked, timed, and must come before patience ends.

Between steps a thread watches: where the next one does not come in time it takes the setup to its safe state.
A process that was stopped and goes on finds its trial over; one that died is the supervisor's to look after.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from nado_lab.instruments.clock import Clock
from nado_lab.instruments.errors import TrialEndedError
from nado_lab.instruments.limits import check_all
from nado_lab.instruments.setups.config import SetupConfig

_CHECKED_STEPS = 4096
"""How many steps before the present one the limits look back on."""


class Ready(Protocol):
    """What a family calls when all is loaded: it waits for the step's time, and the step must begin then."""

    def __call__(self, lead_s: float = 0.0) -> None:
        """Wait; the step begins `lead_s` after that, as after a rest."""
        ...


@dataclass(frozen=True)
class Played:
    """What a step gave: readout ([device,] channel) and waveform ([device,] sample, contact)."""

    readout: np.ndarray
    waveform: np.ndarray


@dataclass(frozen=True)
class Step:
    """One step of a trial: what was applied, what it gave, and when.

    `input` ([device,] port) in SI units; `begun_s` by the bench's clock, and `late_s` how much that is later
    than a period after the step before; `latency_s` by the wall's clock, from the call to the readout.
    """

    number: int
    drive: np.ndarray
    input: np.ndarray
    played: Played
    begun_s: float
    late_s: float
    latency_s: float


class Stepped(Protocol):
    """What a trial asks of its setup."""

    clock: Clock

    @property
    def config(self) -> SetupConfig: ...

    @property
    def step_period_s(self) -> float: ...

    def inputs_of(self, drive: np.ndarray) -> np.ndarray: ...

    def step_of(self, drive: np.ndarray) -> np.ndarray: ...

    def check_limits(self, inputs: np.ndarray) -> None: ...

    def require_interlock(self) -> None: ...

    def require_energised(self) -> None: ...

    def shutdown(self) -> list[str]: ...

    def end_steps(self) -> None: ...

    def begin_steps(self, ready: Ready, should_stop: Callable[[], bool]) -> Played | None: ...

    def play_step(
        self, inputs: np.ndarray, ready: Ready, should_stop: Callable[[], bool]
    ) -> Played | None: ...


class StepwiseTrial:
    """``with setup.begin() as trial: readout = trial.step(drive)``; whatever ends it leaves all safe.

    `initial` ([device,] channel) is the readout of the start state; `last` is the step that was played last.
    """

    initial: np.ndarray
    last: Step | None = None

    def __init__(
        self, setup: Stepped, should_stop: Callable[[], bool], patience_s: float | None = None
    ) -> None:
        self._setup, self._asked_to_stop = setup, should_stop
        self.patience_s = setup.config.stepwise.patience_s if patience_s is None else patience_s
        self._lock, self._aborted = threading.RLock(), threading.Event()
        self._why_aborted = "aborted"
        self._over = ""
        self._waiting = threading.Condition(self._lock)
        self._deadline: float | None = None
        self._due_s: float | None = None
        self._begun_s = 0.0
        self._late_s = 0.0
        self._inputs: list[np.ndarray] = []
        self.count = 0

    # -- a trial from begin to end -----------------------------------------------------------

    def __enter__(self) -> Self:
        with self._lock, self._safe_where_it_fails():
            begun = self._setup.begin_steps(self._ready, self._should_stop)
            self.initial = self._answered(begun).readout
            self._await_next()
        threading.Thread(target=self._watch, daemon=True, name="nado-next-step").start()
        return self

    def __exit__(self, *reason: object) -> None:
        with self._lock:
            if not self._over:
                self._end("the trial was ended")

    def step(self, drive: np.ndarray) -> np.ndarray:
        """Play one step, drive ([device,] port) in [-1, 1]; return its readout ([device,] channel)."""
        return self.play(drive).played.readout

    def play(self, drive: np.ndarray, inputs: np.ndarray | None = None) -> Step:
        """Play one step and return all that is known of it.

        `inputs` of the drive's shape, in SI units, replace what the ports make of it.
        """
        called = time.monotonic()
        with self._lock:
            self._require_open()
            self._deadline = None
            with self._safe_where_it_fails():
                drive = self._setup.step_of(drive)
                inputs = self._checked(drive, inputs)
                self._setup.require_energised()
                self._setup.require_interlock()
                played = self._answered(self._setup.play_step(inputs, self._ready, self._should_stop))
            taken = time.monotonic() - called
            self.last = Step(self.count, drive, inputs, played, self._begun_s, self._late_s, taken)
            self.count += 1
            self._await_next()
            return self.last

    def abort(self, why: str = "aborted") -> None:
        """End the trial at once, from any thread: a step that is being played is cut short."""
        self._why_aborted = why
        self._aborted.set()
        with self._lock:
            if not self._over:
                self._end(why)

    @property
    def is_over(self) -> bool:
        """Tell whether no further step can be played."""
        return bool(self._over)

    # -- what every step must pass -----------------------------------------------------------

    def _checked(self, drive: np.ndarray, inputs: np.ndarray | None) -> np.ndarray:
        """Return what is applied; LimitError where it, or the trial with it, asks too much."""
        if inputs is None:
            check_all("drive", drive, -1.0, 1.0, "", "Squash the drive into the device's range.")
            inputs = self._setup.inputs_of(drive)
        inputs = self._setup.step_of(inputs)
        so_far = [*self._inputs, inputs]
        self._setup.check_limits(np.stack(so_far, axis=-2)[None])
        self._inputs = so_far[-_CHECKED_STEPS:]
        return inputs

    def _answered(self, played: Played | None) -> Played:
        """Return what was played; where it was stopped, make all safe and say so."""
        if played is None:
            raise TrialEndedError(f"the trial was stopped: {self._why_stopped()}")
        return played

    def _require_open(self) -> None:
        """Raise TrialEndedError where the trial is over; notice by oneself that the step comes too late."""
        if not self._over and self._deadline is not None and time.monotonic() > self._deadline:
            self._end(self._too_late())
        if not self._over and self._should_stop():
            self._end(self._why_stopped())
        if self._over:
            raise TrialEndedError(f"this trial is over: {self._over}; begin another one")

    def _should_stop(self) -> bool:
        return self._aborted.is_set() or self._asked_to_stop()

    def _why_stopped(self) -> str:
        return self._why_aborted if self._aborted.is_set() else "it was asked to stop"

    # -- time --------------------------------------------------------------------------------

    def _ready(self, lead_s: float = 0.0) -> None:
        """Wait until a period after the begin of the step before; note when this one begins."""
        clock, due = self._setup.clock, self._due_s
        if due is not None:
            clock.sleep(max(due - clock.now(), 0.0))
        self._begun_s = clock.now() + lead_s
        self._late_s = 0.0 if due is None else self._begun_s - due
        self._due_s = self._begun_s + self._setup.step_period_s

    def _await_next(self) -> None:
        """Let patience begin."""
        self._deadline = time.monotonic() + self.patience_s
        self._waiting.notify_all()

    def _watch(self) -> None:
        """Take the setup to its safe state where the next step does not come in time."""
        with self._lock:
            while not self._over:
                left = None if self._deadline is None else self._deadline - time.monotonic()
                if left is not None and left <= 0:
                    self._end(self._too_late())
                else:
                    self._waiting.wait(left)

    def _too_late(self) -> str:
        return (
            f"no step came for {self.patience_s:g} s, so the bench went to its safe state "
            "(patience_s in [stepwise] of the setup file says how long to wait)"
        )

    # -- the end -----------------------------------------------------------------------------

    def _safe_where_it_fails(self) -> "_SafeWhereItFails":
        return _SafeWhereItFails(self)

    def _end(self, why: str) -> None:
        """Take the setup to its safe state; no step is played any more."""
        self._over, self._deadline = why, None
        self._waiting.notify_all()
        try:
            left = self._setup.shutdown()
        finally:
            self._setup.end_steps()
        if left:
            self._over = f"{why}; it may not be safe: {'; '.join(left)}"


class _SafeWhereItFails:
    """End a trial where the block fails, whatever it is."""

    def __init__(self, trial: StepwiseTrial) -> None:
        self._trial = trial

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if error is not None:
            self._trial._end(str(error) or type(error).__name__)  # noqa: SLF001  (part of the same)
