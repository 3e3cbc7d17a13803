"""The closed loop on the dashboard's own bench: rounds as they come, told by the loop's state on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.dashboard.models.bench import BenchModel
from nado_lab.lab.dashboard.models.events import Finished, Post, RoundsRead
from nado_lab.lab.dashboard.models.feed import Feed
from nado_lab.lab.dashboard.models.job_observer import JobObserver, stoppable
from nado_lab.lab.dashboard.models.worker import Job
from nado_lab.lab.setup import Setup, SetupSource
from nado_lab.observer import Progress

if TYPE_CHECKING:
    from nado_lab.lab.loop.context import BenchSession
    from nado_lab.lab.loop.records import RoundRecord

COMPARE = "compare"
TEMPLATE = """\
setup = "{setup}"
specimen = {seed}
seed = 0

[task]
name = "temporal-mnist"
options = {{ train = 1000, test = 60 }}

[network]
nodes = [8]
epochs = 6

[measure]
sequences = 200
more = 60

[twin]
mean_steps = 250
score_steps = 100
recalibrate_steps = 60

[budget]
rounds = 2
device_s = 3600

[tolerance]
accuracy = 0.01
"""


@dataclass(frozen=True)
class Looped:
    """A loop that has ended: why, the folder of its state, the rounds that were compared."""

    folder: Path
    why: str
    rounds: tuple[RoundRecord, ...]


class LoopObserver(JobObserver):
    """Post the rounds that were compared whenever another one was."""

    def __init__(self, job: Job, post: Post, feed: Feed, folder: Path) -> None:
        super().__init__(job, "loop", post, feed)
        self._folder = folder

    def progress(self, progress: Progress) -> None:
        """Show how far the loop is."""
        super().progress(progress)
        if progress.stage.endswith(COMPARE):
            self._post(RoundsRead(rounds_of(self._folder)))


def loop_job(config_file: Path, out: Path, bench: BenchModel, post: Post) -> Callable[[Job], None]:
    """Make the action of the bench's worker that runs (or goes on with) a loop on the open bench."""

    def action(job: Job) -> None:
        from nado_lab.lab.loop.closed_loop import run_loop
        from nado_lab.lab.loop.config import load_config

        config = load_config(config_file)
        source = SetupSource(config.setup, config.specimen)
        with bench.as_opened(source) as setup:
            feed = Feed("loop", setup, post)

            @contextmanager
            def open_device(session: BenchSession) -> Iterator[Setup]:
                feed.begin(f"round {session.round}: {session.stage}")
                yield setup

            observer = LoopObserver(job, post, feed, out)
            done = stoppable(lambda: run_loop(config, out, observer, open_device))
        post(Finished("loop", Looped(out, done.ended, rounds_of(out))))

    return action


def rounds_of(folder: Path) -> tuple[RoundRecord, ...]:
    """Read the rounds of a loop that were compared already."""
    from nado_lab.lab.loop.records import RoundRecord
    from nado_lab.lab.loop.round_state import ROUND

    rounds = map(RoundRecord.read, sorted(folder.glob(f"round*/{ROUND}")))
    return tuple(each for each in rounds if each.stages.compare)
