"""How good a twin must be to pass, read from TOML."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from nado_lab.lab.toml_file import read_model
from nado_lab.twin import Metrics
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat

Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class Check:
    """One figure of a validation: for which drives, what it is, what came, what is allowed."""

    drives: str
    what: str
    came: float
    limit: str
    passed: bool


class Tolerances(BaseModel):
    """Limits of a validation; ratios are errors of the twin over the device's own repeat floor.

    `coverage90` is the share of measured readouts inside the twin's 90 % band.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    mean_ratio: PositiveFloat = 1.5
    std_ratio: PositiveFloat = 2.0
    autocov_ratio: PositiveFloat = 2.0
    least_coverage90: Share = 0.8
    most_coverage90: Share = 0.99

    def judge(self, metrics: Metrics, drives: str) -> list[Check]:
        """Hold the metrics of a twin on a kind of drives against the limits."""
        checks = []
        for name in ("mean", "std", "autocov"):
            error, floor = getattr(metrics, f"{name}_error"), getattr(metrics.floor, f"{name}_error") or 0.0
            ratio, limit = error / max(floor, 1e-12), getattr(self, f"{name}_ratio")
            checks.append(Check(drives, f"{name}_ratio", ratio, f"<= {limit:g}", bool(ratio <= limit)))
        covered, low, high = metrics.coverage90, self.least_coverage90, self.most_coverage90
        inside = bool(low <= covered <= high)
        return [*checks, Check(drives, "coverage90", covered, f"{low:g} to {high:g}", inside)]


def load_tolerances(path: Path | None) -> Tolerances:
    """Read tolerances from a TOML file; without one they are the defaults."""
    return Tolerances() if path is None else read_model(path, Tolerances)
