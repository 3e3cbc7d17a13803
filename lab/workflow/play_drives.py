"""Play drives into a run, once: a run that is there already is read, one that ended early is gone on with."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from nado_lab.lab.compose import SIMULATED
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs import MonitorSettings, StopRequest, resume_protocol, run_protocol
from nado_lab.lab.store import Run, Status
from nado_lab.lab.workflow.drift import PROBE, Probe, weave
from nado_lab.lab.workflow.offset import without_offset
from nado_lab.protocols import Drives

if TYPE_CHECKING:
    from nado_lab.lab.runs.subscribers import Subscriber
    from nado_lab.lab.setup import Setup

Progress = Callable[[int, int], None]
_SAME_DRIVE = 1e-6


@dataclass(frozen=True)
class PlayOptions:
    """How runs are made: progress(done, total), lineage, where the setup came from, resuming, a probe.

    `stop()` is asked while a run is measured; once it says yes the hardware is made safe, the run is
    closed as aborted and `play` raises AbortedError (a `StopRequest` also pauses, and gives its reason).
    `subscribers` get every (stream, row) of every run from memory.
    """

    progress: Progress | None = None
    lineage: tuple[str, ...] = ()
    source: str = ""
    seed: int = 0
    noise_seed: int | None = None
    resume: bool = False
    probe: Probe | None = None
    stop: Callable[[], bool] | None = None
    subscribers: Sequence[Subscriber] = ()


AS_USUAL = PlayOptions()


class AbortedError(LabError):
    """Say that somebody stopped a run; what was committed is kept."""


class Asked(StopRequest):
    """A stop request that asks somebody else."""

    def __init__(self, wish: Callable[[], bool]) -> None:
        super().__init__()
        self._wish = wish

    def __call__(self) -> bool:
        """Say whether to stop."""
        if self._wish():
            self.stop(str(getattr(self._wish, "reason", "")) or "stopped on request")
        return super().__call__()


class FromTheStart(Drives):
    """Play drives on a bench that died with the process and was built anew, to resume a run.

    A simulated bench starts at time zero again. So that the rest of the run is what it would have been,
    the trials that are stored already are played to it without being recorded a second time.
    """

    def execute(self) -> None:
        """Play all trials, emit those that are not stored yet."""
        plan = self.planned
        if self.start_row >= len(plan.drive):
            return
        answers = self.setup.measure(plan.drive, should_stop=self.should_stop, field_tesla=plan.field)
        for trial, answer in enumerate(answers):
            if trial >= self.start_row:
                self.emit("primary", self._row(plan, trial, answer))
            if self.should_stop():
                return


def play(
    drive: np.ndarray,
    setup: Setup,
    run: Path,
    options: PlayOptions = AS_USUAL,
    sequence: np.ndarray | None = None,
) -> Run:
    """Play drive (trial, step, port) in [-1, 1] into `run` and open it; equal `sequence` mark repeats.

    A probe of the options is woven in (`own_readout` leaves it out again, `probe_readout` finds it).
    With `options.resume` a run that exists is completed if it ended early; it must hold these drives.
    """
    protocol = Drives()
    drive = np.asarray(drive, dtype=float)
    sequence = np.arange(len(drive)) if sequence is None else sequence
    if options.probe:
        drive, sequence = weave(drive, sequence, options.probe)
    protocol.drive, protocol.sequence = drive, sequence
    if options.resume and run.exists():
        _go_on(protocol, setup, run, options)
    else:
        run_protocol(
            protocol,
            setup,
            run,
            lineage=options.lineage,
            progress=options.progress,
            source=options.source,
            seed=options.seed,
            noise_seed=options.noise_seed,
            monitors=monitors_for(setup),
            subscribers=options.subscribers,
            stop=stop_request(options),
        )
    opened = Run.open(run)
    if opened.status is not Status.COMPLETE:
        raise AbortedError(f"{run} was {opened.status}: {opened.metadata.reason}; go on with --resume")
    return opened


def _go_on(protocol: Drives, setup: Setup, run: Path, options: PlayOptions) -> None:
    """Complete a run that ended early, if it played these very drives."""
    opened = Run.open(run)
    stored = opened.dataset()["drive"].values
    asked = np.asarray(protocol.drive)
    if len(stored) > len(asked) or not np.allclose(stored, asked[: len(stored)], atol=_SAME_DRIVE):
        raise LabError(f"{run} holds other drives than are to be played now; choose a new folder")
    if opened.status is Status.COMPLETE:
        return
    if is_simulated(setup):
        again = FromTheStart()
        again.drive, again.sequence = protocol.drive, protocol.sequence
        protocol = again
        setup.snapshot()  # bench time passes with every message: as many as before a new run
    resume_protocol(
        protocol,
        setup,
        run,
        progress=options.progress,
        monitors=monitors_for(setup),
        subscribers=options.subscribers,
        stop=stop_request(options),
    )


def stop_request(options: PlayOptions) -> StopRequest | None:
    """Give the runner what it asks whether to stop."""
    if options.stop is None or isinstance(options.stop, StopRequest):
        return options.stop
    return Asked(options.stop)


def monitors_for(setup: Setup) -> MonitorSettings:
    """Look at a bench now and then; not at a simulated one, whose time is not the wall's.

    Each look takes bench time, and would come at another trial each time the same run is made.
    """
    return MonitorSettings(every_s=math.inf) if is_simulated(setup) else MonitorSettings()


def own_readout(run: Run, options: PlayOptions, reference: np.ndarray | None = None) -> np.ndarray:
    """Read the readouts (trial, step, channel) of what was asked for, without the probes.

    With `reference` (channel,), the readout of the initial state as it was, slow offsets are taken out.
    """
    data = run.dataset()
    readout = data["readout"].values
    if reference is not None:
        readout = without_offset(readout, data["initial"].values, reference)
    return readout[data["sequence"].values != PROBE] if options.probe else readout


def probe_readout(run: Run) -> np.ndarray:
    """Read the readouts (passage, step, channel) of the probes of a woven run."""
    data = run.dataset()
    return data["readout"].values[data["sequence"].values == PROBE]


def is_simulated(setup: Any) -> bool:
    """Tell whether the bench lives in this process, and starts at time zero with it."""
    return getattr(getattr(setup, "config", None), "visa_library", "") == SIMULATED
