"""Scores of a twin beside the noise floor, as rows of a table."""

from nado_lab.lab.json_file import JsonObject

SCORES = {
    "mean_error": "|mean| error",
    "std_error": "|deviation| error",
    "autocov_error": "autocovariance error",
    "crps": "CRPS",
    "energy_score": "energy score",
    "coverage50": "coverage of 50 %",
    "coverage90": "coverage of 90 %",
    "r2": "R²",
}
NO_RATIO = ("coverage50", "coverage90", "r2")
BEFORE = 4
"""The column of the twin before it was recalibrated."""


def score_rows(scores: JsonObject, before: JsonObject | None = None) -> list[list[str]]:
    """Lay scores out beside the noise floor, and those of the twin before it was recalibrated."""
    rows, floor = [], scores.get("floor") or {}
    for key, name in SCORES.items():
        value, least = scores.get(key), floor.get(key)
        ratio = f"{value / least:.2f}" if value is not None and least and key not in NO_RATIO else ""
        rows.append([name, _number(value), _number(least), ratio, _number((before or {}).get(key))])
    return rows


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
