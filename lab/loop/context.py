"""What all stages of a loop share: its settings, its task, its folder, and the way to the device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.compose import noise_seed_of, open_source
from nado_lab.lab.loop.config import LoopConfig
from nado_lab.lab.loop.round_state import stage_seed
from nado_lab.lab.runs.bench import bench_outside
from nado_lab.lab.runs.observer import Observer, Staged
from nado_lab.lab.setup import Setup, SetupSource
from nado_lab.lab.workflow.draw_drives import random_drives
from nado_lab.lab.workflow.drift import Probe
from nado_lab.lab.workflow.play_drives import AbortedError, PlayOptions, play_drives

if TYPE_CHECKING:
    from nado_lab.lab.store import Run
    from nado_lab.network import Task

ALMOST_DONE = 0.999
"""The share up to which a stage tells its own progress; that it is over, the loop says."""


@dataclass(frozen=True)
class BenchSession:
    """One stretch of time at an array: its round and stage, device seconds the loop spent before."""

    round: int
    stage: str
    age_s: float
    array: int = 0


OpenDevice = Callable[[BenchSession], AbstractContextManager[Setup]]


@dataclass(frozen=True)
class LoopContext:
    """Everything a stage needs; `open_device` opens the setup anew for every session."""

    config: LoopConfig
    task: Task
    out: Path
    observer: Observer
    open_device: OpenDevice

    @property
    def steps(self) -> int:
        """Give the steps of every sequence: those of the task."""
        return self.task.train.inputs.shape[1]

    def folder(self, number: int) -> Path:
        """Give the folder of a round."""
        return self.out / f"round{number:02d}"

    def seed(self, number: int, stage: str) -> int:
        """Give the seed of a stage of a round."""
        return stage_seed(self.config.seed, number, stage)

    def observer_of(self, number: int, stage: str, first: float = 0.0, last: float = 1.0) -> Observer:
        """Give the observer of a stage, or of the part of it from `first` to `last`."""
        return Staged(self.observer, label(number, stage), ALMOST_DONE * first, ALMOST_DONE * last)

    def check(self) -> None:
        """Raise AbortedError if somebody wishes to stop."""
        if self.observer.should_stop():
            raise AbortedError(STOPPED)

    def source(self, session: BenchSession) -> SetupSource:
        """Say how the array of a session is opened."""
        array = self.config.arrays[session.array]
        return SetupSource(array.setup, array.specimen, noise_seed(self.config, session))

    def options(self, session: BenchSession, ports: int, lineage: tuple[str, ...] = ()) -> PlayOptions:
        """Say how runs of a session are made: resumed where they are there, with probes woven in."""
        every = self.config.drift.probe_every
        probe = Probe(self.probe_drive(ports), every) if every else None
        return PlayOptions(self.source(session), lineage, resume=True, probe=probe)

    def probe_drive(self, ports: int) -> np.ndarray:
        """Give the one drive (step, port) that probes the device all through the loop."""
        rng = np.random.default_rng(self.seed(0, "probe"))
        return random_drives(rng, 1, self.steps, ports, held_share=0.0)[0]


STOPPED = "the loop was stopped; started again with the same configuration it goes on"


def label(number: int, stage: str) -> str:
    """Name a stage of a round for people."""
    return f"round {number}: {stage}"


def opener(config: LoopConfig) -> OpenDevice:
    """Open the configured setup of an array; a simulated one is as old as the loop has used it.

    A simulated bench starts at time zero whenever it is opened. Letting its clock pass the seconds that
    the loop spent before, and giving every session noise of its own, makes each session what it would have
    been on a bench that was never switched off, and the same, however often the loop was stopped in between.
    """

    @contextmanager
    def open_device(session: BenchSession) -> Iterator[Setup]:
        array = config.arrays[session.array]
        with open_source(SetupSource(array.setup, array.specimen, noise_seed(config, session))) as setup:
            if bench_outside(setup) is None:
                setup.clock.sleep(session.age_s)
            yield setup

    return open_device


def noise_seed(config: LoopConfig, session: BenchSession) -> int:
    """Choose the noise of a simulated bench in a session."""
    what = f"{config.seed} {session.round} {session.stage} {session.age_s:.3f} {session.array}"
    return noise_seed_of(what)


def measure(
    context: LoopContext, session: BenchSession, drive: np.ndarray, run: Path, lineage: tuple[str, ...]
) -> Run:
    """Play drive (trial, step, port) into `run` in one session; what is there is not repeated."""
    with context.open_device(session) as setup:
        options = context.options(session, setup.port_count, lineage)
        return play_drives(drive, setup, run, options, context.observer_of(session.round, session.stage))


def device_seconds(run: Run, step_s: float) -> float:
    """Give the seconds a run took on its device: `step_s` a step, which has its share of resets."""
    sizes = run.dataset().sizes
    return sizes["trial"] * sizes["step"] * step_s
