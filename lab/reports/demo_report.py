"""What `nado demo` found, as it stands in its report.json."""

from __future__ import annotations

from dataclasses import dataclass, field

from nado_lab.lab.json_record import JsonRecord
from nado_lab.twin import Metrics

DEFAULT_SETUP = "sim:nanoring"
"""The setup of a demo that names none; it is held to its time."""


@dataclass(frozen=True)
class Accuracy:
    """The share of digits read right on twin and device, with 95 % intervals over the digits."""

    twin: float
    device: float
    twin_interval: tuple[float, float]
    device_interval: tuple[float, float]


@dataclass(frozen=True)
class Target:
    """What the demo is asked to reach beside what came."""

    asked: str
    came: float
    met: bool


@dataclass(frozen=True)
class DemoReport(JsonRecord):
    """The whole loop, closed once: `accuracy` and `transfer_gap` by the variant of training."""

    setup: str
    seed: int
    wall_s: dict[str, float]
    twin: Metrics
    task: str
    n_test: int
    nodes: int
    accuracy: dict[str, Accuracy]
    transfer_gap: dict[str, float]
    targets: tuple[Target, ...]
    device: dict[str, str]
    runs: dict[str, str]
    versions: dict[str, str] = field(default_factory=dict)
    quick: bool = False
