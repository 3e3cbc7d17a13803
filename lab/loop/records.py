"""What the stages of a round leave in its round.json."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.reports.deployment_report import Finding, LayerMetrics, NodeMetrics
from nado_lab.lab.workflow.drift import Verdict
from nado_lab.network import Metric


@dataclass(frozen=True)
class Drift:
    """A drift score against the last measurements before (None: unknown), and what it asks for."""

    score: float | None
    verdict: Verdict


@dataclass(frozen=True)
class Measured:
    """The runs of the sequences of a round, with the seconds of a step on each array."""

    runs: tuple[str, ...]
    trials: int
    step_s: tuple[float, ...]
    device_s: float
    drift: Drift


@dataclass(frozen=True)
class Fitted:
    """The twins' files, one an array."""

    twins: tuple[str, ...]


@dataclass(frozen=True)
class Trained:
    """The network's file, and the seconds of drive that training asked of the devices."""

    network: str
    device_s: float = 0.0


@dataclass(frozen=True)
class Compensated:
    """What was taken out of a stretch of a deployment: gain and shift (port,) of the drive, by a check."""

    run: str
    drive_gain: tuple[float, ...]
    drive_shift: tuple[float, ...]
    share_at_the_edge: float


@dataclass(frozen=True)
class Deployed:
    """The runs of a deployment, the drift within it, and what was taken out of it."""

    runs: tuple[str, ...]
    device_s: float
    drift: float | None
    compensated: tuple[Compensated, ...] = ()


@dataclass(frozen=True)
class Compared:
    """The device beside the twin (see `nado_lab.network.TransferGap`), layer by layer and node by node."""

    metric: Metric
    twin: float
    device: float
    gap: float
    gap_error: float
    n_test: int
    gap_low: float | None = None
    gap_high: float | None = None
    layers: tuple[LayerMetrics, ...] = ()
    findings: tuple[Finding, ...] = ()
    nodes: tuple[NodeMetrics, ...] = ()


Result = Measured | Fitted | Trained | Deployed | Compared


@dataclass(frozen=True)
class Stages:
    """The stages of a round that are done, by name."""

    measure: Measured | None = None
    fit: Fitted | None = None
    recalibrate: Fitted | None = None
    train: Trained | None = None
    refine: Trained | None = None
    deploy: Deployed | None = None
    compare: Compared | None = None

    @property
    def device_s(self) -> float:
        """Add up the device seconds of the stages that are done."""
        done = (getattr(self, each.name) for each in fields(self))
        return sum(result.device_s for result in done if isinstance(result, Measured | Trained | Deployed))


@dataclass(frozen=True)
class RoundRecord(JsonRecord):
    """One round: its number, the folder of the one before it, its stages."""

    round: int
    parent: str | None = None
    stages: Stages = field(default_factory=Stages)
