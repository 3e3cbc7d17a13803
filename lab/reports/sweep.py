"""The page of a sweep: every point's scores against what was varied."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import zarr
from matplotlib.figure import Figure
from nado_lab.lab.errors import LabError
from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.reports.again import sweep_again
from nado_lab.lab.reports.content import Page, Picture, Section, Table, figure_of, pairs, versions_section
from nado_lab.lab.reports.figures import BLUE
from nado_lab.lab.reports.provenance import Provenance, provenance_of, provenance_section
from nado_lab.lab.si_text import bracketed

SHOWN = ("mean_error", "std_error", "crps", "coverage90", "r2", "network_twin", "trials")
LARGEST_IS_BEST = ("r2", "network_twin")
MOST_PANELS = 4
MOST_ROWS = 200
MOST_RUNS = 20
"""Runs that are opened for what a page says of sample, operator and limits."""


Row = dict[str, object]
"""A point: its options by their dotted names, then its scores; `error` where it failed."""


@dataclass(frozen=True)
class Study(JsonRecord):
    """Of a sweep's configuration, what was searched for."""

    metric: str = ""
    direction: str = "minimise"
    space: dict[str, object] = field(default_factory=dict)


def sweep_page(path: Path) -> Page:
    """Describe what `nado sweep` left in a folder."""
    rows: list[Row] = [json.loads(line) for line in _lines(path / "table.jsonl")]
    if not rows:
        raise LabError(f"{path} is a sweep without a point")
    about: JsonObject = zarr.open_group(path / "table.zarr", mode="r").attrs.asdict()
    config: JsonObject = json.loads(str(about.get("sweep", "{}")))
    study = Study.from_json(config.get("optimise") or {})
    varied = [name for name in rows[0] if "." in name]
    searched = bool(about.get("searched", bool(study.space) and set(study.space) == set(varied)))
    failed = sum("error" in row for row in rows)
    metric = study.metric or _first_number(rows)
    files = [name for name in ("run", "judge", "twin", "network") if any(name in row for row in rows)]
    names = (*varied, *(name for name in SHOWN if any(name in row for row in rows)), "error")
    told = f"{len(rows)} points over {', '.join(varied) or 'nothing'}; {failed} failed."
    return Page(
        title=f"Sweep {path.name}",
        summary=f"{told} {_best(rows, metric, study)}".strip(),
        sections=(
            Section("Scores", pictures=_pictures(rows, varied, metric), table=_table(rows, names)),
            *_means(rows, varied),
            provenance_section(_provenance(path, rows, config, about)),
            Section("Configuration", table=pairs({k: json.dumps(v) for k, v in config.items() if v})),
            Section("Lineage", "Named from the sweep's folder.", table=_table(rows, (*varied, *files))),
            Section("Do it again", commands=(sweep_again(path / "config.json", searched=searched),)),
            versions_section({k: str(v) for k, v in (about.get("code") or {}).items()}),
        ),
    )


def _means(rows: list[Row], varied: list[str]) -> tuple[Section, ...]:
    """Average the scores of points that differ in seeds only, with the standard error of the mean."""
    seeds = [name for name in varied if "seed" in name.rpartition(".")[2]]
    options = [name for name in varied if name not in seeds]
    if not seeds:
        return ()
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(figure_of(row.get(name)) for name in options), []).append(row)
    scores = [name for name in SHOWN if _numbers(rows, name)]
    cells = [
        (*key, str(len(found)), *(_mean([value for _, value in _numbers(found, name)]) for name in scores))
        for key, found in groups.items()
    ]
    text = f"Means over {', '.join(seeds)}, with the standard error of the mean in brackets: 1.454(59)."
    return (Section("Averaged over seeds", text, table=Table((*options, "points", *scores), cells)),)


def _mean(values: list[float]) -> str:
    if not values:
        return "–"
    error = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None
    return bracketed(float(np.mean(values)), error)


def _provenance(path: Path, rows: list[Row], config: JsonObject, about: JsonObject) -> Provenance:
    runs = [path / str(row["run"]) for row in rows if row.get("run")][:MOST_RUNS]
    seeds = {name: config[name] for name in config if "seed" in name}
    seeds |= {n: f"{len({str(r.get(n)) for r in rows})} values" for n in rows[0] if "." in n and "seed" in n}
    versions = {name: str(value) for name, value in (about.get("code") or {}).items()}
    return provenance_of(runs, seeds, versions or None)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _numbers(rows: list[Row], metric: str) -> list[tuple[Row, float]]:
    """Return the rows that have a metric, with its value."""
    return [(row, float(value)) for row in rows if isinstance(value := row.get(metric), float | int)]


def _first_number(rows: list[Row]) -> str:
    """Name the score to draw where no study names one."""
    return next((name for name in SHOWN if _numbers(rows, name)), "")


def _best(rows: list[Row], metric: str, study: Study) -> str:
    having = _numbers(rows, metric)
    if not having:
        return ""
    largest = study.direction == "maximise" or metric in LARGEST_IS_BEST
    best, value = (max if largest else min)(having, key=lambda pair: pair[1])
    options = ", ".join(f"{name} {figure_of(each)}" for name, each in best.items() if "." in name)
    return f"Best {metric} {value:.4g} with {options}."


def _table(rows: list[Row], names: tuple[str, ...]) -> Table:
    used = tuple(name for name in names if any(name in row for row in rows))
    return Table(used, [tuple(figure_of(row.get(name)) for name in used) for row in rows[:MOST_ROWS]])


def _pictures(rows: list[Row], varied: list[str], metric: str) -> tuple[Picture, ...]:
    """Draw the metric against every option that was varied, a point a row."""
    having = _numbers(rows, metric)
    if not having or not varied:
        return ()
    shown = varied[:MOST_PANELS]
    figure = Figure(figsize=(1 + 3.2 * len(shown), 3), layout="constrained")
    for axis, name in zip(figure.subplots(1, len(shown), sharey=True, squeeze=False)[0], shown, strict=True):
        values = [row[name] for row, _ in having]
        numbers = [float(value) for value in values if isinstance(value, float | int)]
        labels = numbers if len(numbers) == len(values) else [str(value) for value in values]
        axis.plot(labels, [value for _, value in having], "o", color=BLUE, alpha=0.6)
        if len(numbers) == len(values) and min(numbers) > 0 and max(numbers) / min(numbers) > 20:
            axis.set_xscale("log")
        axis.set_xlabel(name)
        axis.margins(0.1)
    figure.axes[0].set_ylabel(metric)
    drawn = np.unique([value for _, value in having]).size
    return (Picture(figure, f"{metric} of every point ({drawn} different values) against what was varied."),)
