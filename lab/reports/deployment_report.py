"""What a deployment says of twin and device: for the task, for every layer, for every node."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.json_record import JsonRecord

FILE = "report.json"


@dataclass(frozen=True)
class NodeMetrics:
    """One node: error of the twin's mean and correlation with it, coverage, noise, drive at its limits.

    `mean_error` is in multiples of the readout's deviation; the others are fractions.
    """

    layer: int
    node: int
    mean_error: float
    correlation: float
    coverage90: float
    noise_share: float
    saturated: float


@dataclass(frozen=True)
class LayerMetrics:
    """The means of a layer's nodes."""

    layer: int
    nodes: int
    mean_error: float
    correlation: float
    coverage90: float
    noise_share: float
    saturated: float


@dataclass(frozen=True)
class Finding:
    """A failure that shows in a deployment, by its name, with what to do."""

    what: str
    detail: str


@dataclass(frozen=True)
class Interruption:
    """What stopped a deployment on its way: when (ISO), why, and how many trials were committed."""

    time: str
    reason: str
    trials: int


@dataclass(frozen=True)
class RefittedReadout:
    """The readout fitted again to `calibrated_on` examples, and all readouts on the `scored_on` others."""

    calibrated_on: int
    scored_on: int
    penalty: float | None
    twin: float
    device_trained: float
    device_refitted: float


@dataclass(frozen=True)
class DeploymentReport(JsonRecord):
    """A network on the device beside its twin.

    `twin` and `device` are scores of the task's metric on `n_test` examples. `transfer_gap` is positive where
    the device does worse (`nado_lab.network.transfer_gap`), `gap_low` to `gap_high` its 95 % interval.
    `timing` says how the steps of each run followed each other. `device_s` are the seconds of drive, `nodes`
    the worst first; `seed` decided the twins' noise and the share of a refitted readout, `twins` say where
    those of the network lay if they had moved.
    """

    network: str
    setups: tuple[str, ...]
    task: str
    metric: str
    variant: str
    twin: float
    device: float
    transfer_gap: float
    n_test: int
    runs: tuple[str, ...]
    nodes: tuple[NodeMetrics, ...]
    layers: tuple[LayerMetrics, ...] = ()
    findings: tuple[Finding, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    gap_low: float | None = None
    gap_high: float | None = None
    readout: RefittedReadout | None = None
    device_identities: dict[str, str] = field(default_factory=dict)
    device_s: float = 0.0
    wall_s: float = 0.0
    specimens: tuple[int, ...] = ()
    noise_seeds: tuple[int | None, ...] = ()
    seed: int = 0
    faults: tuple[str, ...] = ()
    twins: tuple[str, ...] = ()
    refit_share: float | None = None
    timing: tuple[str, ...] = ()
    status: str = "complete"

    @classmethod
    def from_json(cls, content: JsonObject) -> Self:
        """Read what `to_json` gave, or what an earlier version wrote."""
        if "setups" not in content and "setup" in content:
            content = content | {"setups": [content["setup"]]}
        if "noise_seeds" not in content and "noise_seed" in content:
            content = content | {"noise_seeds": [content["noise_seed"]]}
        return super().from_json(content | _gap_of(content))


def _gap_of(content: JsonObject) -> JsonObject:
    """Take the gap again of a report that has no interval of it: its sign was another for errors then."""
    from nado_lab.network import Metric, gap_of

    known = {"metric", "twin", "device"} <= content.keys()
    if content.get("gap_low") is not None or not known:
        return {}
    return {"transfer_gap": gap_of(Metric(content["metric"]), content["twin"], content["device"])}
