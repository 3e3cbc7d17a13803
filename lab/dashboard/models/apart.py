"""Runs in a process of their own: started here or found, watched through the store, ended by a signal.

They outlive the window. Their process owns the bench and has its own safety supervisor.
"""

import contextlib
import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
from nado_lab.lab.dashboard.models.experiment import Experiment
from nado_lab.lab.store.ownership import run_ownership

log = logging.getLogger(__name__)
_POLL_S = 0.1
_DETACHED = (  # Windows; elsewhere a session of its own
    getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "DETACHED_PROCESS", 0)
)
_started: list["subprocess.Popen[bytes]"] = []  # kept, so that Python minds none that outlives its run here


def command_for(experiment: Experiment, setup: str, seed: int, out: Path) -> list[str]:
    """Write the `nado` command that measures an experiment (or the rest of a run) into `out`."""
    nado = [sys.executable, "-m", "nado_lab"]
    if experiment.goes_on:
        return [*nado, "resume", str(out), "--setup", setup]
    own = experiment.protocol.rpartition(":")[0].endswith(".py")
    named = ["--protocol", experiment.protocol] if own else [experiment.protocol]
    values = {name: value for name, value in experiment.values.items() if value is not None}
    given = [part for name, value in values.items() for part in ("-p", f"{name}={value}")]
    where = ["--setup", setup, "--seed", str(seed), "--out", str(out), "--monitor-every", "1"]
    return [*nado, "measure", *named, *where, *given]


class Apart:
    """One process that measures into the run `out`; `process` is None for one that somebody else started."""

    def __init__(self, out: Path, process: "subprocess.Popen[bytes] | None" = None) -> None:
        self.out, self._process = out, process
        self._log = out.with_suffix(".log")

    @classmethod
    def start(cls, command: list[str], out: Path) -> "Apart":
        """Start the process; what it prints goes into a .log beside the run."""
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.with_suffix(".log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                creationflags=_DETACHED,
                start_new_session=os.name != "nt",
            )
        _started.append(process)
        return cls(out, process)

    @property
    def is_going(self) -> bool:
        """Say whether the process still measures."""
        if self._process is not None:
            return self._process.poll() is None
        return run_ownership(self.out).is_taken()

    def began(self) -> bool:
        """Wait until the run is there; false if the process ended before."""
        while not (self.out / "zarr.json").exists():
            if not self.is_going:
                return False
            time.sleep(_POLL_S)
        return True

    def end(self) -> None:
        """Ask the process to end its run as aborted (on Windows it is ended, and its supervisor acts)."""
        pid = self._process.pid if self._process is not None else run_ownership(self.out).owner_pid()
        if pid is None:
            log.critical("nobody is known to measure %s; end that program where it was started", self.out)
            return
        with contextlib.suppress(psutil.Error):
            psutil.Process(pid).terminate()

    def wait(self, seconds: float) -> bool:
        """Wait until the process has left the bench; it does so safely. False if it has not in time."""
        end = time.monotonic() + seconds
        while self.is_going and time.monotonic() < end:
            time.sleep(_POLL_S)
        return not self.is_going

    def complaint(self) -> str:
        """Give the last line that the process printed."""
        with contextlib.suppress(OSError):
            lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            return lines[-1] if lines else ""
        return ""
