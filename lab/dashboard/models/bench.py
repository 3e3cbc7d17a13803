"""The bench as the dashboard holds it: opened, read, run and closed in one thread that owns it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from nado_lab.lab.dashboard.models.events import (
    BenchClosed,
    BenchOpened,
    BenchReading,
    BenchSafe,
    BenchSettings,
    ChecksDone,
    Post,
)
from nado_lab.lab.dashboard.models.readings import applied, headline, readings, settings
from nado_lab.lab.dashboard.models.safety import Elsewhere, Safety
from nado_lab.lab.dashboard.models.worker import Job, Worker
from nado_lab.lab.errors import LabError, is_for_people
from nado_lab.lab.runs import driven
from nado_lab.lab.runs.bench_state import BenchState, watch_of
from nado_lab.lab.setup import SetupSource
from nado_lab.protocols import PROTOCOLS, MeasuringDevice, load_protocol

if TYPE_CHECKING:
    from nado_lab.instruments.setups.setup import Setup
    from nado_lab.lab.compose import Bench

log = logging.getLogger(__name__)
PATIENCE_S = 2.0
LENT_S = 15.0


def default_parameters(setup: MeasuringDevice) -> tuple[dict[str, dict[str, object]], dict[str, str]]:
    """Give protocol -> parameter -> value as this setup settles them, and why it cannot do the others."""
    able: dict[str, dict[str, object]] = {}
    unable: dict[str, str] = {}
    for name in PROTOCOLS:
        try:
            procedure = load_protocol(name)()
            procedure.bind(setup)
        except Exception as error:
            if not is_for_people(error):
                raise
            unable[name] = str(error)
        else:
            able[name] = {key: p.value for key, p in procedure.parameter_objects().items() if p.is_set()}
    return able, unable


class BenchModel:
    """Hold one setup. Its methods return at once; what they lead to comes as events."""

    def __init__(self, post: Post, patience_s: float = PATIENCE_S) -> None:
        self._post, self._patience_s = post, patience_s
        self.worker = Worker("bench", post)
        self.setup: Setup | None = None
        self.simulation: Bench | None = None
        self.name, self.seed = "", 0
        self._open = ExitStack()
        self.safety = Safety(post)
        self.before_change: Callable[[], None] = lambda: None
        self.lent: Elsewhere | None = None

    @property
    def is_open(self) -> bool:
        """Say whether a setup is open."""
        return self.setup is not None

    @property
    def is_busy(self) -> bool:
        """Say whether the bench does or is about to do something."""
        return self.worker.is_busy

    def connect(self, name: str, seed: int = 0) -> Job:
        """Open the setup called `name`; the one that is open is left safe first."""
        self.before_change()
        return self.worker.submit("connect", f"connect {name}", lambda job: self._connect(name, seed))

    def disconnect(self) -> Job:
        """Leave the open setup safe and close it."""
        self.before_change()
        return self.worker.submit("disconnect", "disconnect", lambda job: self._close())

    def check(self) -> Job:
        """Prove limits and interlock."""
        return self.worker.submit("check", "check limits and interlock", lambda job: self._check())

    def read(self) -> None:
        """Read the live quantities, unless the bench has something better to do."""
        if self.is_open and not self.is_busy:
            self.worker.submit("read", "read", lambda job: self._read())

    def abort(self) -> threading.Thread:
        """Bring the field to zero, whatever the bench does now, also while it hangs.

        The running job is asked to stop. If it has not ended in time, the setup is shut down past it.
        """
        jobs = self.worker.stop_all()
        guard = threading.Thread(target=self._make_safe, args=(jobs,), name="abort", daemon=True)
        guard.start()
        return guard

    def close(self, wait_s: float) -> bool:
        """Stop everything, leave the setup safe, end the thread; past a thread that hangs after `wait_s`."""
        self.worker.stop_all()
        if self.is_open:
            self.disconnect()
        ended = self.worker.close(wait_s)
        if not ended and self.setup is not None:
            self._shutdown()
            ended = self.worker.close(wait_s)
        return ended

    def opened(self) -> Setup:
        """Give the open setup, or say that there is none."""
        if self.setup is None:
            raise LabError("no setup is connected; choose one and press Connect")
        return self.setup

    @property
    def source(self) -> SetupSource:
        """Say how the open setup was opened."""
        return SetupSource(self.name, self.seed)

    @contextmanager
    def as_opened(self, source: SetupSource) -> Iterator[Setup]:
        """Give the open setup to a verb that wants to open it; refuse to give it for another one."""
        if (source.name, source.specimen) != (self.name, self.seed):
            raise LabError(
                f"this is for {source.name}, specimen {source.specimen}; "
                f"{self.name or 'nothing'}, specimen {self.seed} is connected"
            )
        yield self.opened()

    @contextmanager
    def lend(self, elsewhere: Elsewhere) -> Iterator[None]:
        """Close the setup, so that another process can own it, and open it again (in the bench's thread)."""
        was_open = self.is_open
        self._close()
        try:
            with self.beside(elsewhere):
                yield
        finally:
            if was_open and elsewhere.wait(0.0):
                self._connect(self.name, self.seed, elsewhere.last_word())

    @contextmanager
    def beside(self, elsewhere: Elsewhere) -> Iterator[None]:
        """Show what another process says of the bench that it drives; Abort waits for its word."""
        self.lent = elsewhere
        self.safety.hear_of(elsewhere)
        try:
            yield
        finally:
            self.lent = None
            self.safety.hear_of(elsewhere)
            if self.is_open:  # of another bench: what is shown from now on is of that
                self.safety.hear_of(None)

    def _connect(self, name: str, seed: int, before: BenchState | None = None) -> None:
        """Open a setup; one that comes back not known to be safe (`before`) is shut down."""
        from nado_lab.lab.compose import open_named_bench

        self._close()
        with ExitStack() as stack:
            setup, simulation = stack.enter_context(open_named_bench(name, specimen=seed))
            identities = setup.identities()
            self._open = stack.pop_all()
        self.setup, self.simulation, self.name, self.seed = setup, simulation, name, seed
        self.safety.opened(setup, before)
        if before is not None and not before.is_safe:
            self.safety.shut_down(setup)
        config, (able, unable) = setup.config.model_dump(mode="json"), default_parameters(setup)
        channels, simulated = tuple(setup.channels), simulation is not None
        told = (name, identities, channels, config, able, unable, simulated)
        self._post(BenchOpened(*told, setup.ports, setup.limit_list()))
        self._post(BenchSettings(settings(setup)))
        self._read()

    def _close(self) -> None:
        if self.setup is None:
            return
        setup, self.setup, self.simulation = self.setup, None, None
        try:
            self.safety.shut_down(setup)
            self._open.close()
        finally:
            self.safety.closed(setup)
            self._post(BenchClosed(self.name))

    def _check(self) -> None:
        setup = self.opened()
        with driven(setup):
            found = setup.check()
            told = [f"warning: {each.detail}" if each.warning else each.detail for each in found]
            lines = tuple((e.name, e.passed, text) for e, text in zip(found, told, strict=True))
            self._post(ChecksDone(lines))

    def _read(self) -> None:
        setup = self.opened()
        acting = applied(setup)
        found = {**acting, **readings(setup)}
        watch_of(setup).take(lambda state, at: state.read(at, headline(found)))
        self._post(BenchReading(found, tuple(acting)))

    def _make_safe(self, jobs: list[Job]) -> None:
        """Let the bench's own thread shut the setup down; where it hangs, do it past it.

        That the bench is safe is told only where that is known.
        """
        begun, reached = time.monotonic(), self.is_open or self.lent is not None
        shutdown = self.worker.submit("shutdown", "shut down", lambda job: self._shutdown())
        if not shutdown.ended.wait(self._patience_s):
            log.warning("the bench did not answer within %g s; switching it off directly", self._patience_s)
            self._shutdown()
        state = self.safety.state
        if reached and state.is_safe:
            how = "run stopped" if jobs else "outputs off"
            self._post(BenchSafe(time.monotonic() - begun, how, state.text()))

    def _shutdown(self) -> None:
        """Shut the setup down, and see the process off that drives a bench."""
        setup, lent = self.setup, self.lent
        if setup is not None:
            self.safety.shut_down(setup)
        if lent is not None:
            self.safety.see_off(lent, LENT_S)
