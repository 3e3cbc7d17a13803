"""Experiments one after another overnight; what is done is skipped, what was stopped goes on."""

from dataclasses import dataclass
from pathlib import Path

from nado_lab.lab.compose import open_source
from nado_lab.lab.errors import LabError, is_for_people
from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.runs import UnsafeError, is_of_the_experiment
from nado_lab.lab.runs.describe import describe_protocol
from nado_lab.lab.runs.observer import Observer, Staged
from nado_lab.lab.runs.rebuild import require_limits
from nado_lab.lab.setup import OpenSetup, SetupSource
from nado_lab.lab.store import Labels, Run, Status
from nado_lab.lab.store.same_thing import same_place
from nado_lab.lab.toml_file import read_model
from nado_lab.lab.workflow.measure import MeasureRequest, ResumeRequest, measure, resume
from nado_lab.protocols import MeasuringDevice, PlainProcedure, configure, load_protocol
from pydantic import BaseModel, ConfigDict, Field

HELD = "held"
"""The status of an entry that was not begun, because of what happened to one before it."""


class QueuedRun(BaseModel):
    """One entry of a queue: what to measure, on which setup, into which run."""

    model_config = ConfigDict(extra="forbid")

    protocol: str
    setup: str = ""
    out: Path
    parameters: JsonObject = Field(default_factory=dict)
    operator: str = ""
    seed: int = 0
    title: str = ""
    sample: str = ""
    remark: str = ""
    tags: tuple[str, ...] = ()

    @property
    def labels(self) -> Labels:
        """Give what is said of the run."""
        return Labels(self.title, self.sample, self.remark, self.tags)


@dataclass(frozen=True)
class Ended:
    """How an entry of a queue ended: the run's status (or "held"), and why; `holds` keeps the later ones."""

    out: str
    protocol: str
    status: str
    reason: str
    holds: bool = False


class _Queue(BaseModel):
    model_config = ConfigDict(extra="forbid")

    experiment: list[QueuedRun] = Field(min_length=1)


def read_queue(path: Path) -> list[QueuedRun]:
    """Read the [[experiment]] tables of a TOML file and check every protocol and parameter."""
    queue = read_model(path, _Queue).experiment
    places = [same_place(each.out) for each in queue]
    if twice := next((each.out for each in queue if places.count(same_place(each.out)) > 1), None):
        raise LabError(f"{path}: {twice} is the out of more than one experiment; give each its own")
    for each in queue:
        procedure = load_protocol(each.protocol)()
        configure(procedure, each.parameters)
        if not each.setup and not isinstance(procedure, PlainProcedure):
            raise LabError(f"{path}: {each.protocol} into {each.out} needs a setup (see `nado setups`)")
    return queue


def run_queue(
    queue: list[QueuedRun], observer: Observer | None = None, open_setup: OpenSetup = open_source
) -> list[Ended]:
    """Run one after another and say how each ended.

    All are held against the limits of their setups before the first begins. One that is refused all the same
    does not keep the others. After whatever else goes wrong, which may be of the bench, the rest is held:
    given again, the queue goes on. Ctrl-C ends it between two runs, too.
    """
    ended: list[Ended] = []
    observer = observer or Observer()
    _require_limits(queue, open_setup)
    for number, each in enumerate(queue):
        observer.stop.check()
        look = Staged(observer, f"{number + 1} of {len(queue)}: {each.protocol}")
        ended.append(_end_of(each, look, open_setup))
        if ended[-1].holds:
            return [*ended, *(_held(later, each) for later in queue[number + 1 :])]
    return ended


def _require_limits(queue: list[QueuedRun], open_setup: OpenSetup) -> None:
    """Open every setup once and refuse, before anything is measured, what its limits do not allow."""
    new = [each for each in queue if not each.out.exists()]
    for each in queue:
        if each.out.exists():
            _require_same(each, Run.open(each.out))
        else:
            refuse_existing(each.out, "out")
    for name, seed in dict.fromkeys((each.setup, each.seed) for each in new if each.setup):
        with open_setup(SetupSource(name, seed)) as setup:
            for each in new:
                if (each.setup, each.seed) == (name, seed):
                    _require(each, setup)


def _require_same(queued: QueuedRun, run: Run) -> None:
    """Refuse to take a run for this entry's, or to go on with it, that was measured otherwise."""
    other = [*_other_protocol(queued, run), *_other_bench(queued, run)]
    if other:
        told = f"{queued.out} holds a run measured with other settings ({'; '.join(other)})"
        raise LabError(f"nothing was measured: {told}: give this entry another out")


def _other_protocol(queued: QueuedRun, run: Run) -> list[str]:
    """Name protocol and parameters that differ; one left to the setup is not known before it is opened."""
    procedure = load_protocol(queued.protocol)()
    configure(procedure, queued.parameters)
    wanted, record = describe_protocol(procedure), run.metadata.protocol
    if record is None or record.name != wanted.name:
        return [f"protocol {record.name if record else 'none'}, now {wanted.name}"]
    before = record.values()
    told = {name: value for name, value in wanted.values().items() if value is not None and name in before}
    told |= {name: value for name, value in wanted.values().items() if name in queued.parameters}
    changed = {name: value for name, value in told.items() if before.get(name) != value}
    return [f"{name} {before.get(name)!r}, now {value!r}" for name, value in changed.items()]


def _other_bench(queued: QueuedRun, run: Run) -> list[str]:
    """Name setup and specimen that differ."""
    record = run.metadata.setup
    if record is None or not (record.source and queued.setup):
        return []
    now = {"setup": (record.source, queued.setup), "seed": (record.seed, queued.seed)}
    if same_place(record.source) == same_place(queued.setup):
        del now["setup"]
    return [
        f"{name} {before!r}, now {wanted!r}" for name, (before, wanted) in now.items() if before != wanted
    ]


def _require(queued: QueuedRun, setup: MeasuringDevice) -> None:
    procedure = load_protocol(queued.protocol)()
    configure(procedure, queued.parameters)
    try:
        require_limits(procedure, setup)
    except Exception as error:
        if is_for_people(error):
            raise LabError(f"nothing was measured: {queued.protocol} into {queued.out}: {error}") from error
        raise


def _end_of(queued: QueuedRun, observer: Observer, open_setup: OpenSetup) -> Ended:
    """Measure one entry; whatever ends it early is told, hardware that was left on is raised."""
    what = (str(queued.out), queued.protocol)
    try:
        run = _measure(queued, observer, open_setup)
    except UnsafeError:
        raise
    except Exception as error:
        if not is_for_people(error):
            raise
        return Ended(*what, Status.FAILED.value, str(error), holds=not is_of_the_experiment(error))
    return Ended(*what, run.status.value, run.metadata.reason, holds=run.status is not Status.COMPLETE)


def _held(later: QueuedRun, before: QueuedRun) -> Ended:
    return Ended(str(later.out), later.protocol, HELD, f"not begun: look at the bench after {before.out}")


def _measure(queued: QueuedRun, observer: Observer, open_setup: OpenSetup) -> Run:
    """Measure, or go on with what was stopped; what is complete is left as it is."""
    if queued.out.exists():
        return resume(ResumeRequest(queued.out, own=queued.protocol), observer, open_setup).run
    request = MeasureRequest(
        queued.protocol,
        queued.out,
        SetupSource(queued.setup, queued.seed) if queued.setup else None,
        queued.parameters,
        queued.operator,
        labels=queued.labels,
    )
    return measure(request, observer, open_setup).run
