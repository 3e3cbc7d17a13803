"""The program's side of the safety supervisor: start it, give it signs of life, hear if it acted."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from nado_lab.instruments import SetupConfig
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs.interrupts import StopRequest
from nado_lab.lab.runs.watched_bench import WatchedBench

BEAT_S = 0.25
HEARTBEAT_S = 3.0
HANG_S = 60.0
_START_S = 30.0
_END_S = 10.0


class SupervisorError(LabError):
    """Say that the safety supervisor could not be started, or that it had to act."""


class Guard:
    """Signs of life from the measuring thread; nobody hears those of a bench inside this process."""

    def when_acted(self, call: Callable[[tuple[str, ...]], None]) -> None:
        """Have `call(what may still be on)` made should the supervisor make the bench safe."""

    def alive(self) -> None:
        """Say that the measuring thread is getting on."""

    def act(self) -> None:
        """Have the supervisor make the bench safe now: this program could not, or does not know."""

    def finish(self) -> None:
        """Tell the supervisor that the bench was made safe and its work is done; once is enough."""


class Supervised(Guard):
    """Signs of life, passed on to a supervisor process by a thread that beats."""

    def __init__(self, process: "subprocess.Popen[str]", stop: StopRequest) -> None:
        self._process, self._stop = process, stop
        self._to, self._from = _pipes(process)
        self._last = time.monotonic()
        self._over = threading.Event()
        self._on_act: Callable[[tuple[str, ...]], object] = tuple
        threading.Thread(target=self._beat, daemon=True, name="nado-heartbeat").start()
        threading.Thread(target=self._listen, daemon=True, name="nado-supervisor").start()

    def when_acted(self, call: Callable[[tuple[str, ...]], None]) -> None:
        """Have `call(what may still be on)` made should the supervisor make the bench safe."""
        self._on_act = call

    def alive(self) -> None:
        """Say that the measuring thread is getting on."""
        self._last = time.monotonic()

    def act(self) -> None:
        """Have the supervisor make the bench safe now: this program could not, or does not know."""
        if not self._over.is_set():
            self._tell("stop")

    def finish(self) -> None:
        """Tell the supervisor that the bench was made safe and its work is done; once is enough."""
        if not self._over.is_set():
            self._over.set()
            self._tell("done")
            self.end()

    def end(self) -> None:
        """Hang up, and wait until the supervisor has done what it was told."""
        self._over.set()
        with contextlib.suppress(OSError):
            self._to.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=_END_S)
        self._from.close()

    def _beat(self) -> None:
        while not self._over.wait(BEAT_S):
            self._tell(f"beat {time.monotonic() - self._last:.3f}")

    def _listen(self) -> None:
        """Hear whether the supervisor acted (the program was stopped, and goes on now)."""
        for line in self._from:
            told = json.loads(line)
            if "acted" in told:
                done = "may have left on" if told["failures"] else "switched off"
                why = "; ".join([told["acted"], *told["failures"]])
                self._on_act(tuple(map(str, told["failures"])))
                self._stop.stop(f"the safety supervisor {done}: {why}")
            return
        if not self._over.is_set():
            self._stop.stop("the safety supervisor died")

    def _tell(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._to.write(line + "\n")
            self._to.flush()


@contextmanager
def guarded(
    config: SetupConfig | None, stop: StopRequest, heartbeat_s: float = HEARTBEAT_S, hang_s: float = HANG_S
) -> Iterator[Guard]:
    """Keep a supervisor beside this process while the block drives a bench outside it (None: inside)."""
    if config is None:
        yield Guard()
        return
    guard = Supervised(_start(WatchedBench.of(config), heartbeat_s, hang_s), stop)
    try:
        yield guard
    finally:
        guard.end()


def _start(bench: WatchedBench, heartbeat_s: float, hang_s: float) -> "subprocess.Popen[str]":
    supervisor = ("-m", "nado_lab.lab.runs.supervisor", str(os.getpid()), str(heartbeat_s), str(hang_s))
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, *supervisor],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=os.name != "nt",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    to, answers = _pipes(process)
    to.write(bench.model_dump_json() + "\n")
    to.flush()
    late = threading.Timer(_START_S, process.kill)
    late.start()
    ready = answers.readline()
    late.cancel()
    if '"ready"' not in ready:
        with process:  # its pipes are closed, its end is waited for
            process.kill()
        raise SupervisorError("the safety supervisor did not start; nothing was sent to the instruments")
    return process


def _pipes(process: "subprocess.Popen[str]") -> tuple[IO[str], IO[str]]:
    """Give what is written to and read from a process that was started with both pipes."""
    if process.stdin is None or process.stdout is None:
        raise SupervisorError("the safety supervisor has no pipes")
    return process.stdin, process.stdout
