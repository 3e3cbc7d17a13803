"""The program's side of the safety supervisor: start it, give it signs of life, hear if it acted."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nado_lab.lab.errors import LabError
from nado_lab.lab.runs.interrupts import StopRequest

IN_PROCESS = "sim"  # a simulated bench inside this process dies with it and needs no supervisor
BEAT_S = 0.25
HEARTBEAT_S = 3.0
HANG_S = 60.0
_START_S = 30.0


class SupervisorError(LabError):
    """Say that the safety supervisor could not be started, or that it had to act."""


class Guard:
    """Signs of life from the measuring thread (`alive`), passed on by a thread that beats."""

    def __init__(self, process: "subprocess.Popen[str] | None", stop: StopRequest) -> None:
        self._process, self._stop = process, stop
        self._last = time.monotonic()
        self._over = threading.Event()
        if process:
            threading.Thread(target=self._beat, daemon=True, name="nado-heartbeat").start()
            threading.Thread(target=self._listen, daemon=True, name="nado-supervisor").start()

    def alive(self) -> None:
        """Say that the measuring thread is getting on."""
        self._last = time.monotonic()

    def act(self) -> None:
        """Have the supervisor make the bench safe now: this program could not."""
        if self._process and not self._over.is_set():
            self._tell("stop")

    def finish(self) -> None:
        """Tell the supervisor that the bench is safe and its work is done; once is enough."""
        if self._process and not self._over.is_set():
            self._over.set()
            self._tell("done")
            with contextlib.suppress(OSError):
                self._process.stdin.close()  # type: ignore[union-attr]
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=10)
            self._process.stdout.close()  # type: ignore[union-attr]

    def _beat(self) -> None:
        while not self._over.wait(BEAT_S):
            self._tell(f"beat {time.monotonic() - self._last:.3f}")

    def _listen(self) -> None:
        """Hear whether the supervisor acted (the program was stopped, and goes on now)."""
        for line in self._process.stdout:  # type: ignore[union-attr]
            told = json.loads(line)
            if "acted" in told:
                failed = "; ".join(told["failures"])
                self._stop.stop(f"the safety supervisor switched off: {told['acted']}. {failed}".strip())
            return
        if not self._over.is_set():
            self._stop.stop("the safety supervisor died")

    def _tell(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(line + "\n")  # type: ignore[union-attr]
            self._process.stdin.flush()  # type: ignore[union-attr]


@contextmanager
def guarded(
    setup: Any, stop: StopRequest, heartbeat_s: float = HEARTBEAT_S, hang_s: float = HANG_S
) -> Iterator[Guard]:
    """Keep a supervisor beside this process while the block drives a bench."""
    config = getattr(setup, "config", None)
    watched = config is not None and getattr(config, "visa_library", IN_PROCESS) != IN_PROCESS
    guard = Guard(_start(config, heartbeat_s, hang_s) if watched else None, stop)
    try:
        yield guard
    finally:
        guard.finish()


def _start(config: Any, heartbeat_s: float, hang_s: float) -> "subprocess.Popen[str]":
    command = [
        sys.executable,
        "-m",
        "nado_lab.lab.runs.supervisor",
        str(os.getpid()),
        str(heartbeat_s),
        str(hang_s),
    ]
    own_group: dict[str, Any] = (
        {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined]
        if os.name == "nt"
        else {"start_new_session": True}
    )
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, **pipes, **own_group)  # noqa: S603
    process.stdin.write(config.model_dump_json() + "\n")  # type: ignore[union-attr]
    process.stdin.flush()  # type: ignore[union-attr]
    late = threading.Timer(_START_S, process.kill)
    late.start()
    ready = process.stdout.readline()  # type: ignore[union-attr]
    late.cancel()
    if '"ready"' not in ready:
        process.kill()
        raise SupervisorError("the safety supervisor did not start; nothing was sent to the instruments")
    return process
