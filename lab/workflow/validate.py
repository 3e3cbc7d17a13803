"""Validate: is a twin still true? Fresh drives on the device, with repeats, against twin and repeat floor."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab import validation_history
from nado_lab.lab.compose import noise_seed_of, open_source
from nado_lab.lab.errors import LabError
from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.network_context import read_context
from nado_lab.lab.new_output import refuse_existing, require_folder
from nado_lab.lab.runs.observer import Observer, Staged
from nado_lab.lab.setup import OpenSetup, SetupSource
from nado_lab.lab.workflow.device_check import check_device
from nado_lab.lab.workflow.draw_drives import choose_rows, network_drives, random_drives
from nado_lab.lab.workflow.play_drives import PlayOptions, play_drives
from nado_lab.lab.workflow.read_trials import read_trials
from nado_lab.lab.workflow.side_by_side import on_every_device
from nado_lab.lab.workflow.tolerances import Check, Scored, Tolerances
from nado_lab.network import load as load_network
from nado_lab.protocols.playback import interleaved
from nado_lab.protocols.timing import STEPWISE
from nado_lab.twin import Metrics, Trials, Twin, evaluate, unseen, warned
from nado_lab.twin import load as load_twin
from torch import as_tensor, isin

if TYPE_CHECKING:
    from nado_lab.lab.setup import Setup

FEWEST_REPEATS, MOST_GROUPS = 4, 10


@dataclass(frozen=True)
class ValidateRequest:
    """What to ask the device: so many fresh sequences of so many steps, each so often.

    `network` adds as many of the drives that this network sends when it works on its task. `seed` is that of
    the drives and, on a simulated setup whose source names no noise, of the noise (None: new every time).
    With `other_device` the device may be another than the one that was fitted, with `other_timing` its steps
    may come more or less often; a twin of steps that were asked for is tried step by step.
    """

    twin: Path
    setup: SetupSource
    out: Path | None = None
    tolerances: Tolerances = field(default_factory=Tolerances)
    network: Path | None = None
    sequences: int = 6
    repeats: int = 20
    steps: int = 28
    seed: int | None = None
    other_device: bool = False
    other_timing: bool = False

    def __post_init__(self) -> None:
        """Refuse too few repeats to tell the noise."""
        if self.repeats < FEWEST_REPEATS:
            raise LabError(f"a repeat floor needs at least {FEWEST_REPEATS} repeats; got {self.repeats}")


@dataclass(frozen=True)
class ValidationReport(JsonRecord):
    """How a twin did on fresh drives: the checks, and the metrics for every kind of drives."""

    twin: str
    setup: str
    time: str
    passed: bool
    seed: int
    checks: tuple[Check, ...]
    scores: dict[str, Metrics]
    device: dict[str, str]

    @property
    def failed(self) -> bool:
        """Say whether a figure lies outside its limit."""
        return any(each.failed for each in self.checks)

    @property
    def verdict(self) -> str:
        """Say in a word whether the twin passes, fails, or whether that is not resolved."""
        if self.passed:
            return "passes"
        return "FAILS" if self.failed else "is NOT RESOLVED"

    def entry(self) -> dict[str, str | bool | int | float]:
        """Give the flat line that the history keeps."""
        figures = {f"{check.drives}.{check.what}": check.came for check in self.checks}
        about = {"time": self.time, "setup": self.setup, "passed": self.passed, "verdict": self.verdict}
        return about | {"seed": self.seed} | figures


def validate(
    request: ValidateRequest, observer: Observer | None = None, open_setup: OpenSetup = open_source
) -> ValidationReport:
    """Measure fresh drives, hold the twin against them, and add the result to the twin's history."""
    require_folder(request.twin.absolute().parent, "place for TWIN, beside which its history stands")
    twin, observer = load_twin(request.twin), observer or Observer()
    seed = int(np.random.SeedSequence(request.seed).generate_state(1)[0]) % 2**31
    source = request.setup
    if source.noise_seed is None:
        source = replace(source, noise_seed=noise_seed_of("validate", str(seed)))
    scores: dict[str, Scored] = {}
    with open_setup(source) as setup, _folder(request.out) as out:
        stepwise = twin.card.timing == STEPWISE
        check_device(
            twin,
            setup,
            twin.device_name,
            is_other=request.other_device,
            stepwise=stepwise,
            other_timing=request.other_timing,
        )
        for kind, drives in _drives(setup, request, seed).items():
            sequence, _ = interleaved(len(drives), request.repeats)
            options = PlayOptions(source, twin.card.lineage, stepwise=stepwise)
            look = Staged(observer, f"measure ({kind})")
            run = play_drives(
                on_every_device(drives[sequence], setup), setup, out / f"{kind}.zarr", options, look, sequence
            )
            scores[kind] = scored(
                twin,
                read_trials([Path(run.path)], device=twin.device_name, twin=twin).trials,
                setup.estimate_s(request.repeats, request.steps),
            )
        identities = setup.identities()
    checks = tuple(check for kind, found in scores.items() for check in request.tolerances.judge(found, kind))
    report = ValidationReport(
        twin=str(request.twin),
        setup=source.name,
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        passed=all(check.passed for check in checks),
        seed=seed,
        checks=checks,
        scores={kind: found.metrics for kind, found in scores.items()},
        device=identities,
    )
    validation_history.append(request.twin, report.entry())
    return report


def scored(twin: Twin, trials: Trials, sequence_s: float) -> Scored:
    """Score a twin on all trials, and on each of MOST_GROUPS (or fewer) groups of sequences for intervals."""
    said = map(str, trials.findings)
    trials, warning = unseen(twin.card.drives, trials.on(twin.ports))
    numbers = trials.sequence.unique()
    parts = [part for part in np.array_split(numbers.numpy(), MOST_GROUPS) if len(part)]
    groups = tuple(evaluate(twin, trials.at(isin(trials.sequence, as_tensor(part)))) for part in parts)
    return Scored(warned(evaluate(twin, trials), warning, *said), groups, len(numbers), sequence_s)


def _drives(setup: Setup, request: ValidateRequest, seed: int) -> dict[str, np.ndarray]:
    """Draw the drives (sequence, step, port) of every kind."""
    rng = np.random.default_rng(seed)
    drives = {"random": random_drives(rng, request.sequences, request.steps, setup.port_count)}
    if request.network:
        saved = load_network(request.network)
        context = read_context(saved)
        inputs = context.task.test.inputs[: request.sequences]
        own = network_drives(saved.network, inputs, context.one_twin_a_layer(), seed)
        drives["network"] = choose_rows(rng, own, request.sequences)
    return drives


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    """Give the folder that is to keep the runs, or one that goes again."""
    if out is None:
        with tempfile.TemporaryDirectory(prefix="nado-validate-") as scratch:
            yield Path(scratch)
        return
    refuse_existing(out)
    out.mkdir(parents=True)
    yield out
