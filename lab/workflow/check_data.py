"""Check data: what is wrong with measured runs, where, and what a fit would leave out of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nado_lab.lab.errors import LabError
from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.store import Run, StoreError, device_names
from nado_lab.lab.trials import trials_of
from nado_lab.lab.workflow.checked_run import checked_run, common_channels, distinct_runs, name_of
from nado_lab.twin import DataError, Finding, FindingKind, Trials, alike_runs, one_grid


@dataclass(frozen=True)
class DataCheck(JsonRecord):
    """What was looked at (runs, trials, steps, channels) and what was found, in the order of the runs."""

    runs: tuple[str, ...]
    trials: int
    steps: int
    channels: int
    findings: tuple[Finding, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Say each finding in a line."""
        return tuple(map(str, self.findings))

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was found that a fit would leave out or be spoilt by."""
        return not any(each.leaves_out or each.kind in _SPOILS for each in self.findings)


_SPOILS = (FindingKind.NOT_DRIVEN, FindingKind.CONSTANT_DRIVE, FindingKind.TOO_SHORT, FindingKind.SAME_RUN)


def check_data(runs: Sequence[str | Path]) -> DataCheck:
    """Check every run by itself, each device of it, and whether they belong together."""
    if not runs:
        raise LabError("no run was chosen; name at least one")
    opened, again = distinct_runs(runs)
    findings = list(again)
    parts: list[Trials] = []
    for run in opened:
        for device in device_names(run.dataset()) or ("",):
            part = _checked(run, device, findings)
            parts += [part] if part is not None else []
            findings += part.findings if part is not None else ()
    findings += _unlike(opened, parts)
    steps = sum(part.drive.shape[0] * part.drive.shape[1] for part in parts)
    names = {name for part in parts for name in part.channels}
    return DataCheck(
        tuple(run.path for run in opened), sum(map(len, parts)), steps, len(names), tuple(findings)
    )


def _checked(run: Run, device: str, findings: list[Finding]) -> Trials | None:
    """Check one device of a run; one that holds no numbers at all is a finding, too."""
    try:
        return checked_run(run, lambda each: trials_of(each, device=device))
    except DataError as error:
        findings.append(Finding(FindingKind.DEAD_CHANNEL, str(error), run=name_of(run)))
        return None


def _unlike(runs: Sequence[Run], parts: Sequence[Trials]) -> tuple[Finding, ...]:
    """Say which runs have another mean readout than the others."""
    parts = one_grid(common_channels(parts))
    if len(parts) != len(runs) or len({part.channels for part in parts}) != 1:
        return ()
    alike = alike_runs(parts)
    text = "its mean readout has another shape: a sample that was mounted anew? A fit leaves the run out"
    return tuple(
        Finding(FindingKind.UNLIKE_RUN, text, trials=len(parts[number]), run=name_of(run))
        for number, run in enumerate(runs)
        if number not in alike
    )


def check_import(run: str | Path) -> tuple[str, ...]:
    """Check what was just imported, in lines; nothing where the run holds no trials (a table of numbers)."""
    try:
        return check_data([run]).lines
    except StoreError:
        return ()
