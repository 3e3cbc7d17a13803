"""The figures of a twin, beside the noise floor."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from nado_lab.twin.records.json_object import JsonObject


@dataclass(frozen=True)
class Figures:
    """Hold the figures of one set of paths; None where the data cannot tell (no repeats)."""

    mean_error: float | None
    std_error: float | None
    autocov_error: float | None
    crps: float
    energy_score: float
    coverage50: float
    coverage90: float
    lag1_measured: float | None
    lag1_twin: float | None
    r2: float


@dataclass(frozen=True)
class StepFigures:
    """Hold what some steps tell, step by step: `steps` of `of` were scored."""

    steps: int
    of: int
    crps: float
    coverage50: float
    coverage90: float
    r2: float


@dataclass(frozen=True)
class Metrics(Figures):
    """Hold the figures of a twin beside `floor`: those of one half of the repeats against the other.

    `inside` holds those of the steps whose drive lies in the fitted range, where some lie outside.
    """

    floor: Figures | None = None
    warnings: tuple[str, ...] = ()
    inside: StepFigures | None = None

    @staticmethod
    def current(found: JsonObject) -> JsonObject:
        """Return what JSON holds as the fields are; without repeats it has an empty floor."""
        return {**found, "floor": found.get("floor") or None}

    def to_json(self) -> JsonObject:
        """Return plain values for JSON."""
        return asdict(self) | {"floor": asdict(self.floor) if self.floor else {}}


def warned(metrics: Metrics, *warnings: str) -> Metrics:
    """Add warnings to metrics; empty ones are none."""
    return replace(metrics, warnings=(*filter(None, warnings), *metrics.warnings))
