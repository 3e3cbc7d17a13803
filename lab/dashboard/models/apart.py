"""Runs in a process of their own: started here or found, watched through the store, ended by a signal.

They outlive the window. Their process owns the bench and has its own safety supervisor.
"""

import contextlib
import logging
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
from nado_lab.lab.dashboard.models.experiment import Experiment
from nado_lab.lab.runs.bench_state import BenchState
from nado_lab.lab.runs.elsewhere import DIED, bench_of_ended, bench_of_going
from nado_lab.lab.store import Run, StoreError
from nado_lab.lab.store.ownership import run_ownership
from nado_lab.protocols import is_file

log = logging.getLogger(__name__)
_POLL_S = 0.1
NOT_BEGUN = "it was handed to a process that has not begun yet"
_DETACHED = (  # Windows; elsewhere a session of its own
    getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "DETACHED_PROCESS", 0)
)
_started: list["subprocess.Popen[bytes]"] = []  # kept, so that Python minds none that outlives its run here


def command_for(experiment: Experiment, setup: str, seed: int, out: Path) -> list[str]:
    """Write the `nado` command that measures an experiment (or the rest of a run) into `out`."""
    nado = [sys.executable, "-m", "nado_lab"]
    own = ["--protocol", experiment.protocol] if is_file(experiment.protocol) else []
    if experiment.goes_on:
        return [*nado, "resume", str(out), "--setup", setup, *own]
    named = own or [experiment.protocol]
    values = {name: value for name, value in experiment.values.items() if value is not None}
    given = [part for name, value in values.items() for part in ("-p", f"{name}={value}")]
    where = ["--setup", setup, "--specimen", str(seed), "--out", str(out), "--monitor-every", "1"]
    return [*nado, "measure", *named, *where, *_said(experiment), *given]


def _said(experiment: Experiment) -> list[str]:
    """Write what is said of a run as options of `nado measure`."""
    about = experiment.about
    told = {"title": about.title, "sample": about.sample, "remark": about.remark, "operator": about.operator}
    options = [f"--{name}={text}" for name, text in told.items() if text]
    return [*options, *(f"--tag={tag}" for tag in about.tags)]


class Apart:
    """One process that measures into the run `out`: one that somebody started, or that is begun here."""

    def __init__(self, out: Path) -> None:
        self.out, self._log = out, out.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None
        self._since = time.time()

    def begin(self, command: list[str]) -> None:
        """Start the process; what it prints goes into a .log beside the run."""
        self.out.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                creationflags=_DETACHED,
                start_new_session=os.name != "nt",
            )
        _started.append(self._process)

    @property
    def is_going(self) -> bool:
        """Say whether the process still measures."""
        if self._process is not None:
            return self._process.poll() is None
        return run_ownership(self.out).is_taken()

    @property
    def pid(self) -> int | None:
        """Give the number of the process, None where nobody knows it."""
        return self._process.pid if self._process is not None else run_ownership(self.out).owner_pid()

    def last_word(self) -> BenchState:
        """Say what is known of the bench that it drives; once it is gone, what it wrote with its run."""
        going, pid, found = self.is_going, self.pid, None
        with contextlib.suppress(StoreError):
            found = Run.open(self.out).metadata
        if going:
            return bench_of_going(found, pid, self._since)
        if found is not None:
            return replace(left := bench_of_ended(found), at=left.at or self._since)
        begun = self._process is not None or self.out.exists()
        return BenchState().lost(self._since, DIED if begun else NOT_BEGUN)

    def began(self) -> bool:
        """Wait until the run is there; false if the process ended before."""
        while not (self.out / "zarr.json").exists():
            if not self.is_going:
                return False
            time.sleep(_POLL_S)
        return True

    def end(self) -> None:
        """Ask the process to end its run as aborted (on Windows it is ended, and its supervisor acts)."""
        pid = self.pid
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
