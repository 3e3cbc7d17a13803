"""Every twin and every network of a folder in a line: scores beside the noise floor, and a verdict."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nado_lab.lab.dashboard.models.catalogue import UNREADABLE, Entry, EntryKind
from nado_lab.lab.errors import LabError
from nado_lab.lab.json_file import JsonObject

log = logging.getLogger(__name__)
AT_FLOOR, NEAR_FLOOR = 1.5, 3.0
"""Up to these multiples of the floor the error of the mean is called "at" and "near" the noise floor."""
TWIN_HEADINGS = ("twin", "verdict", "|mean| error / floor", "CRPS / floor", "R²", "scored on", "made")
NETWORK_HEADINGS = ("network", "task", "variant", "twin", "device", "transfer gap", "made")


@dataclass(frozen=True)
class Line:
    """One line of a table, of the entry at `path`."""

    path: Path
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Deployment:
    """The newest deployment of a network: its score on the device and what it lost, as people read them."""

    device: str
    gap: str


def twin_lines(entries: Iterable[Entry]) -> list[Line]:
    """Give the line of every twin, in the order of the entries."""
    return [_twin_line(each) for each in entries if each.kind is EntryKind.TWIN]


def network_lines(entries: Iterable[Entry], deployed: Mapping[str, Deployment]) -> list[Line]:
    """Give the line of every network; `deployed` by the name of its file."""
    return [_network_line(each, deployed) for each in entries if each.kind is EntryKind.NETWORK]


def verdict(metrics: JsonObject) -> str:
    """Say how far the error of a twin's mean is from that of one half of the repeats against the other."""
    if not metrics:
        return "not scored: press Evaluate"
    ratio = _ratio(metrics, "mean_error")
    if ratio is None:
        return "no floor: score it on repeats"
    if ratio <= AT_FLOOR:
        return "at the noise floor"
    return f"near the floor ({ratio:.1f} ×)" if ratio <= NEAR_FLOOR else f"above the floor ({ratio:.1f} ×)"


def read_deployments(folder: Path) -> dict[str, Deployment]:
    """Read the reports of deployments in the folder; of a network that was deployed again the newest."""
    from nado_lab.lab.reports.deployment_report import FILE, DeploymentReport
    from nado_lab.network import gap_text

    found: dict[str, Deployment] = {}
    for file in sorted(folder.glob(f"*/{FILE}"), key=lambda path: path.stat().st_mtime):
        try:
            report = DeploymentReport.read(file)
        except LabError as error:
            log.info("left out: %s", error)
            continue
        gap = gap_text(report.metric, report.transfer_gap, report.gap_low, report.gap_high)
        found[Path(report.network).name] = Deployment(f"{report.device:.3f}", gap)
    return found


def _twin_line(entry: Entry) -> Line:
    card = entry.details
    metrics = card.get("metrics") or {}
    told = verdict(metrics) if entry.status != UNREADABLE else UNREADABLE
    ratios = [_text(_ratio(metrics, name)) for name in ("mean_error", "crps")]
    scored = str(card.get("scored_on") or "")
    return Line(entry.path, (entry.name, told, *ratios, _text(metrics.get("r2")), scored, entry.started[:16]))


def _network_line(entry: Entry, deployed: Mapping[str, Deployment]) -> Line:
    notes = entry.details.get("notes") or {}
    task, settings, scores = ((notes.get(name) or {}) for name in ("task", "settings", "scores"))
    sent = deployed.get(entry.path.name)
    device = (sent.device, sent.gap) if sent else ("not deployed", "")
    about = (str(task.get("name", "")), str(settings.get("variant", "")), _text(scores.get("twin")))
    return Line(entry.path, (entry.name, *about, *device, entry.started[:16]))


def _ratio(metrics: JsonObject, name: str) -> float | None:
    value, floor = metrics.get(name), (metrics.get("floor") or {}).get(name)
    return value / floor if isinstance(value, float) and isinstance(floor, float) and floor > 0 else None


def _text(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, int | float) else "–"
