"""The page of a sweep: every point's scores against what was varied."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from matplotlib.figure import Figure
from nado_lab.lab.errors import LabError
from nado_lab.lab.reports.content import Page, Picture, Section, Table, figure_of, pairs, versions_section
from nado_lab.lab.reports.figures import BLUE

SHOWN = ("mean_error", "std_error", "crps", "coverage90", "r2", "network_twin", "trials")
MOST_PANELS = 4
MOST_ROWS = 200


def sweep_page(path: Path) -> Page:
    """Describe what `nado sweep` left in a folder."""
    rows = [json.loads(line) for line in (path / "table.jsonl").read_text(encoding="utf-8").splitlines()]
    if not rows:
        raise LabError(f"{path} is a sweep without a point")
    about: dict[str, Any] = zarr.open_group(path / "table.zarr", mode="r").attrs.asdict()
    config = json.loads(str(about.get("sweep", "{}")))
    varied = [name for name in rows[0] if "." in name]
    failed = sum("error" in row for row in rows)
    metric = (config.get("optimise") or {}).get("metric") or _first_number(rows)
    files = [name for name in ("run", "judge", "twin", "network") if any(name in row for row in rows)]
    names = (*varied, *(name for name in SHOWN if any(name in row for row in rows)), "error")
    command = ["nado", "sweep", str(path / "config.json"), "--out", "again"]
    space = (config.get("optimise") or {}).get("space", {})
    command += ["--optimise"] if space and set(space) == set(varied) else []
    told = f"{len(rows)} points over {', '.join(varied) or 'nothing'}; {failed} failed."
    return Page(
        title=f"Sweep {path.name}",
        summary=f"{told} {_best(rows, metric, config)}".strip(),
        sections=(
            Section("Scores", pictures=_pictures(rows, varied, metric), table=_table(rows, names)),
            Section("Configuration", table=pairs({k: json.dumps(v) for k, v in config.items() if v})),
            Section("Lineage", "Named from the sweep's folder.", table=_table(rows, (*varied, *files))),
            Section("Do it again", commands=(shlex.join(command),)),
            versions_section({k: str(v) for k, v in (about.get("code") or {}).items()}),
        ),
    )


def _first_number(rows: list[dict[str, Any]]) -> str:
    """Name the score to draw where no study names one."""
    return next((name for name in SHOWN if any(isinstance(row.get(name), float | int) for row in rows)), "")


def _best(rows: list[dict[str, Any]], metric: str, config: dict[str, Any]) -> str:
    having = [row for row in rows if isinstance(row.get(metric), float | int)]
    if not having:
        return ""
    largest = (config.get("optimise") or {}).get("direction") == "maximise" or metric in (
        "r2",
        "network_twin",
    )
    best = (max if largest else min)(having, key=lambda row: row[metric])
    options = ", ".join(f"{name} {figure_of(value)}" for name, value in best.items() if "." in name)
    return f"Best {metric} {best[metric]:.4g} with {options}."


def _table(rows: list[dict[str, Any]], names: tuple[str, ...]) -> Table:
    used = tuple(name for name in names if any(name in row for row in rows))
    return Table(used, [tuple(figure_of(row.get(name)) for name in used) for row in rows[:MOST_ROWS]])


def _pictures(rows: list[dict[str, Any]], varied: list[str], metric: str) -> tuple[Picture, ...]:
    """Draw the metric against every option that was varied, a point a row."""
    having = [row for row in rows if isinstance(row.get(metric), float | int)]
    if not having or not varied:
        return ()
    shown = varied[:MOST_PANELS]
    figure = Figure(figsize=(1 + 3.2 * len(shown), 3), layout="constrained")
    for axis, name in zip(figure.subplots(1, len(shown), sharey=True, squeeze=False)[0], shown, strict=True):
        values = [row[name] for row in having]
        numbers = all(isinstance(value, float | int) for value in values)
        labels = values if numbers else [str(value) for value in values]
        axis.plot(labels, [row[metric] for row in having], "o", color=BLUE, alpha=0.6)
        if numbers and min(values) > 0 and max(values) / min(values) > 20:
            axis.set_xscale("log")
        axis.set_xlabel(name)
        axis.margins(0.1)
    figure.axes[0].set_ylabel(metric)
    drawn = np.unique([row[metric] for row in having]).size
    return (Picture(figure, f"{metric} of every point ({drawn} different values) against what was varied."),)
