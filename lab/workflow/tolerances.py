"""How good a twin must be to pass, read from TOML."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any

from nado_lab.lab.errors import LabError
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, ValidationError

Share = Annotated[float, Field(ge=0, le=1)]


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

    def judge(self, scores: dict[str, Any]) -> list[dict[str, Any]]:
        """Hold scores of `twin.evaluate` against the limits: rows of {what, came, limit, passed}."""
        floor = scores["floor"]
        rows = []
        for name in ("mean", "std", "autocov"):
            ratio = scores[f"{name}_error"] / max(floor[f"{name}_error"], 1e-12)
            limit = getattr(self, f"{name}_ratio")
            rows.append(_row(f"{name}_ratio", ratio, f"<= {limit:g}", ratio <= limit))
        covered, low, high = scores["coverage90"], self.least_coverage90, self.most_coverage90
        rows.append(_row("coverage90", covered, f"{low:g} to {high:g}", low <= covered <= high))
        return rows


def load_tolerances(path: Path | None) -> Tolerances:
    """Read tolerances from a TOML file; without one they are the defaults."""
    return Tolerances() if path is None else read_toml(path, Tolerances)


def read_toml(path: Path, model: type[Any]) -> Any:
    """Read a TOML file (or the JSON kept of one) into a model; a wrong entry is named in one line."""
    load = json.loads if path.suffix == ".json" else tomllib.loads
    try:
        return model.model_validate(load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise LabError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        kind = "JSON" if path.suffix == ".json" else "TOML"
        raise LabError(f"{path} is not valid {kind}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "file"
        raise LabError(f"{path}: {name}: {first['msg']}") from error


def _row(what: str, came: float, limit: str, passed: bool) -> dict[str, Any]:
    return {"what": what, "came": float(came), "limit": limit, "passed": bool(passed)}
