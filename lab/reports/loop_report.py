"""What `nado loop` found, as it stands in its loop.json."""

from __future__ import annotations

from dataclasses import dataclass

from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.reports.deployment_report import Finding

FILE = "loop.json"


@dataclass(frozen=True)
class LoopRow:
    """One round: scores on twin and device, their gap (positive: worse on the device), drift, files.

    `gap_error` is the gap's standard error, `gap_low` to `gap_high` its 95 % interval.
    """

    round: int
    metric: str
    twin: float
    device: float
    gap: float
    gap_error: float
    device_s: float
    device_s_total: float
    drift_since_last_round: float | None = None
    drift_while_deployed: float | None = None
    findings: tuple[Finding, ...] = ()
    runs: tuple[str, ...] = ()
    twin_files: tuple[str, ...] = ()
    network_file: str = ""
    n_test: int = 0
    gap_low: float | None = None
    gap_high: float | None = None


@dataclass(frozen=True)
class LoopReport(JsonRecord):
    """How a loop ended, round by round; files are named from the loop's folder.

    The last gap is within tolerance where its whole interval is; where that is not resolved, `more_examples`
    test examples more would tell, if the gap stays as it is.
    """

    ended: str
    tolerance: float
    device_s: float
    rounds: tuple[LoopRow, ...]
    within_tolerance: bool = False
    gap_verdict: str = ""
    more_examples: int | None = None
    twins: tuple[str, ...] = ()
    network: str = ""
