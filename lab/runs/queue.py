"""Experiments one after another overnight; what is done is skipped, what was stopped goes on."""

import tomllib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from nado_lab.lab.errors import LabError
from nado_lab.lab.runs.driven import UnsafeError
from nado_lab.lab.runs.rebuild import rebuild_procedure
from nado_lab.lab.runs.runner import resume_protocol, run_protocol
from nado_lab.lab.runs.subscribers import Progress
from nado_lab.lab.store import Run, Status
from nado_lab.protocols import configure, load_protocol
from pydantic import BaseModel, ConfigDict, Field, ValidationError

OpenSetup = Callable[..., AbstractContextManager[Any]]


class QueuedRun(BaseModel):
    """One entry of a queue: what to measure, on which setup, into which run."""

    model_config = ConfigDict(extra="forbid")

    protocol: str
    setup: str
    out: Path
    parameters: dict[str, Any] = Field(default_factory=dict)
    operator: str = ""
    seed: int = 0


class _Queue(BaseModel):
    model_config = ConfigDict(extra="forbid")

    experiment: list[QueuedRun] = Field(min_length=1)


def read_queue(path: str | Path) -> list[QueuedRun]:
    """Read the [[experiment]] tables of a TOML file and check every protocol and parameter."""
    try:
        found = _Queue.model_validate(tomllib.loads(Path(path).read_text(encoding="utf-8")))
    except OSError as error:
        raise LabError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LabError(f"{path} is not valid TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise LabError(f"{path}: {where}: {first['msg']}") from error
    for experiment in found.experiment:
        configure(load_protocol(experiment.protocol)(), experiment.parameters)
    return found.experiment


def run_queue(
    experiments: list[QueuedRun],
    open_setup: OpenSetup,
    progress: Callable[[QueuedRun], Progress] | None = None,
) -> list[dict[str, Any]]:
    """Run all; one that fails does not keep the others, hardware left unsafe does. Say how each ended."""
    ended = []
    for experiment in experiments:
        try:
            _run(experiment, open_setup, progress(experiment) if progress else None)
            run = Run.open(experiment.out)
            ended.append(_line(experiment, run.status.value, run.metadata.reason))
        except UnsafeError:
            raise
        except Exception as error:
            if not getattr(error, "for_people", False):
                raise
            ended.append(_line(experiment, Status.FAILED.value, str(error)))
    return ended


def _run(experiment: QueuedRun, open_setup: OpenSetup, progress: Progress | None) -> None:
    if experiment.out.exists():
        run = Run.open(experiment.out)
        if run.status is Status.COMPLETE:
            return
        with open_setup(experiment.setup, seed=experiment.seed) as setup:
            resume_protocol(rebuild_procedure(run), setup, experiment.out, progress=progress)
        return
    procedure = load_protocol(experiment.protocol)()
    configure(procedure, experiment.parameters)
    with open_setup(experiment.setup, seed=experiment.seed) as setup:
        run_protocol(
            procedure,
            setup,
            experiment.out,
            operator=experiment.operator,
            progress=progress,
            source=experiment.setup,
            seed=experiment.seed,
        )


def _line(experiment: QueuedRun, status: str, reason: str) -> dict[str, Any]:
    return {"out": str(experiment.out), "protocol": experiment.protocol, "status": status, "reason": reason}
