"""Play drives into a run, once: a run that is there already is read, one that ended early is gone on with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs import resume_protocol, run_protocol
from nado_lab.lab.runs.bench import bench_outside
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.store import Run, Status
from nado_lab.lab.workflow.drift import PROBE, Probe, weave
from nado_lab.lab.workflow.offset import without_offset
from nado_lab.protocols import Drives

if TYPE_CHECKING:
    from nado_lab.lab.setup import Setup

_SAME_DRIVE = 1e-6


@dataclass(frozen=True)
class PlayOptions:
    """How runs of drives are made: where the setup came from, what they follow from, resuming, a probe.

    With `stepwise` the steps of every trial are asked for one by one.
    """

    source: SetupSource = field(default_factory=lambda: SetupSource(""))
    lineage: tuple[str, ...] = ()
    resume: bool = False
    stepwise: bool = False
    probe: Probe | None = None


class AbortedError(LabError):
    """Say that somebody stopped a run; what was committed is kept."""


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
        for trial, answer in enumerate(self.answers()):
            if trial >= self.start_row:
                self.emit("primary", self._row(plan, trial, answer))
            if self.should_stop():
                return


def play_drives(
    drive: np.ndarray,
    setup: Setup,
    out: Path,
    options: PlayOptions | None = None,
    observer: Observer | None = None,
    sequence: np.ndarray | None = None,
) -> Run:
    """Play drive (trial, [device,] step, port) into a run and open it; equal `sequence` mark repeats.

    A probe of the options is woven in (`own_readout` leaves it out again, `probe_readout` finds it).
    With `options.resume` a run that exists is completed if it ended early; it must hold these drives.
    """
    protocol, options = Drives(), options or PlayOptions()
    drive = np.asarray(drive, dtype=float)
    sequence = np.arange(len(drive)) if sequence is None else sequence
    if options.probe:
        drive, sequence = weave(drive, sequence, options.probe)
    protocol.drive, protocol.sequence, protocol.stepwise = drive, sequence, options.stepwise
    if options.resume and out.exists():
        _go_on(protocol, setup, out, observer)
    else:
        run_protocol(protocol, setup, out, observer=observer, lineage=options.lineage, source=options.source)
    run = Run.open(out)
    if run.status is not Status.COMPLETE:
        raise AbortedError(f"{out} was {run.status}: {run.metadata.reason}; go on with --resume")
    return run


def _go_on(protocol: Drives, setup: Setup, out: Path, observer: Observer | None) -> None:
    """Complete a run that ended early, if it played these very drives."""
    run = Run.open(out)
    stored = run.dataset()["drive"].values
    asked = np.asarray(protocol.drive)
    if len(stored) > len(asked) or not np.allclose(stored, asked[: len(stored)], atol=_SAME_DRIVE):
        raise LabError(f"{out} holds other drives than are to be played now; choose a new folder")
    if run.status is Status.COMPLETE:
        return
    if bench_outside(setup) is None:
        again = FromTheStart()
        again.drive, again.sequence, again.stepwise = protocol.drive, protocol.sequence, protocol.stepwise
        protocol = again
        setup.snapshot()  # bench time passes with every message: as many as before a new run
    resume_protocol(protocol, setup, out, observer=observer)


def own_readout(run: Run, probed: bool = False, reference: np.ndarray | None = None) -> np.ndarray:
    """Read the readouts (trial, step, channel) of what was asked for, without probes where it was `probed`.

    With `reference` (channel,), the readout of the initial state as it was, slow offsets are taken out.
    """
    data = run.dataset()
    readout = data["readout"].values
    if reference is not None:
        readout = without_offset(readout, data["initial"].values, reference)
    return readout[data["sequence"].values != PROBE] if probed else readout


def probe_readout(run: Run) -> np.ndarray:
    """Read the readouts (passage, step, channel) of the probes of a woven run."""
    data = run.dataset()
    return data["readout"].values[data["sequence"].values == PROBE]
