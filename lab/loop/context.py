"""What all stages of a loop share: its settings, its task, its folder, and the way to the device."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from nado_lab.lab.compose import noise_seed_of, open_named_setup
from nado_lab.lab.loop.config import LoopConfig
from nado_lab.lab.loop.round_state import stage_seed
from nado_lab.lab.workflow.draw_drives import random_drives
from nado_lab.lab.workflow.drift import Probe
from nado_lab.lab.workflow.play_drives import AbortedError, PlayOptions, is_simulated, play

if TYPE_CHECKING:
    from nado_lab.lab.demo.demo import Show
    from nado_lab.lab.runs.subscribers import Subscriber
    from nado_lab.lab.setup import Setup
    from nado_lab.lab.store import Run
    from nado_lab.network import Task


@dataclass(frozen=True)
class Visit:
    """One visit to an array: round and stage it is for, device seconds the loop has spent before."""

    round: int
    stage: str
    age_s: float
    array: int = 0


OpenDevice = Callable[[Visit], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Workshop:
    """Everything a stage needs; `open_device` opens the setup anew for every visit.

    `stop()` is asked all the time, `subscribers` get every row that is measured (see PlayOptions).
    """

    config: LoopConfig
    task: Task
    out: Path
    show: Show
    open_device: OpenDevice
    stop: Callable[[], bool] | None = None
    subscribers: Sequence[Subscriber] = ()

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

    def tell(self, number: int, stage: str) -> Callable[[int, int], None]:
        """Make a progress(done, total) of a stage that computes; a wish to stop ends it there."""
        say = self._say(number, stage)

        def tell(done: int, total: int) -> None:
            self.check()
            say(done, total)

        return tell

    def check(self) -> None:
        """Raise AbortedError if somebody wishes to stop."""
        if self.stop is not None and self.stop():
            raise AbortedError("the loop was stopped; started again with the same configuration it goes on")

    def _say(self, number: int, stage: str) -> Callable[[int, int], None]:
        """Make a progress(done, total); that a stage is over, the loop says itself."""
        label = f"round {number}: {stage}"
        return lambda done, total: self.show(label, 0.999 * done / max(total, 1), f"{done} of {total}")

    def options(self, visit: Visit, ports: int, lineage: tuple[str, ...] = ()) -> PlayOptions:
        """Say how runs of a visit are made: resumed where they are there, with probes woven in."""
        every, array = self.config.drift.probe_every, self.config.arrays[visit.array]
        return PlayOptions(
            progress=self._say(visit.round, visit.stage),
            lineage=lineage,
            source=array.setup,
            seed=array.specimen,
            noise_seed=noise_seed(self.config, visit),
            resume=True,
            probe=Probe(self.probe_drive(ports), every) if every else None,
            stop=self.stop,
            subscribers=self.subscribers,
        )

    def probe_drive(self, ports: int) -> np.ndarray:
        """Give the one drive (step, port) that probes the device all through the loop."""
        rng = np.random.default_rng(self.seed(0, "probe"))
        return random_drives(rng, 1, self.steps, ports, held_share=0.0)[0]


def opener(config: LoopConfig) -> OpenDevice:
    """Open the configured setup of an array; a simulated one is as old as the loop has used it.

    A simulated bench starts at time zero whenever it is opened. Letting its clock pass the seconds that
    the loop spent before, and giving every visit noise of its own, makes each visit what it would have been
    on a bench that was never switched off, and the same, however often the loop was stopped in between.
    """

    @contextmanager
    def open_device(visit: Visit) -> Iterator[Setup]:
        array, noise = config.arrays[visit.array], noise_seed(config, visit)
        with open_named_setup(array.setup, seed=array.specimen, noise_seed=noise) as setup:
            if is_simulated(setup):
                setup.clock.sleep(visit.age_s)
            yield setup

    return open_device


def noise_seed(config: LoopConfig, visit: Visit) -> int:
    """Choose the noise of a simulated bench on a visit."""
    return noise_seed_of(f"{config.seed} {visit.round} {visit.stage} {visit.age_s:.3f} {visit.array}")


def measure(shop: Workshop, visit: Visit, drive: np.ndarray, run: Path, lineage: tuple[str, ...]) -> Run:
    """Play drive (trial, step, port) into `run` on one visit to the device; what is there is not repeated."""
    with shop.open_device(visit) as setup:
        options = shop.options(visit, setup.port_count, lineage)
        return play(drive, setup, run, options)


def device_seconds(run: Run, step_s: float) -> float:
    """Give the seconds the device was driven for a run (resets and probes included as trials)."""
    sizes = run.dataset().sizes
    return sizes["trial"] * sizes["step"] * step_s
