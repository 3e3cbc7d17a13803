"""Which kind of thing lies at a path, and the page that describes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nado_lab.lab.errors import LabError
from nado_lab.lab.json_file import JsonObject, read_json
from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.new_output import refuse_existing, require_folder
from nado_lab.lab.reports.content import Page
from nado_lab.lab.reports.demo import demo_page
from nado_lab.lab.reports.folders import deployment_page, loop_page
from nado_lab.lab.reports.network import network_page
from nado_lab.lab.reports.page import render_page, save_figures
from nado_lab.lab.reports.run import run_page
from nado_lab.lab.reports.sweep import sweep_page
from nado_lab.lab.reports.twin import twin_page
from nado_lab.lab.text_file import write_text


class Kind(StrEnum):
    """What can be reported on."""

    RUN = "run"
    TWIN = "twin"
    NETWORK = "network"
    DEPLOYMENT = "deployment"
    LOOP = "loop"
    DEMO = "demo"
    SWEEP = "sweep"


@dataclass(frozen=True)
class WrittenReport(JsonRecord):
    """A page that was written: about what, into which file, and its figures as PDF."""

    kind: Kind
    file: str
    title: str
    summary: str
    figures: tuple[str, ...] = ()


_PAGES: dict[Kind, Callable[[Path], Page]] = {
    Kind.TWIN: twin_page,
    Kind.NETWORK: network_page,
    Kind.DEPLOYMENT: deployment_page,
    Kind.LOOP: loop_page,
    Kind.DEMO: demo_page,
    Kind.SWEEP: sweep_page,
}
_CARDS = {"nado-twin": Kind.TWIN, "nado-network": Kind.NETWORK}


def kind_of(path: str) -> Kind:
    """Say what lies at a path by the files in it; a URL is a run."""
    folder = Path(path)
    if "://" in path or (folder / "zarr.json").exists():
        return Kind.RUN
    card = _read(folder / "card.json")
    found = _CARDS.get(str(card.get("schema", "")).partition("/")[0])
    if found:
        return found
    if (folder / "loop.json").exists():
        return Kind.LOOP
    if (folder / "table.jsonl").exists():
        return Kind.SWEEP
    report = _read(folder / "report.json")
    if "accuracy" in report and "targets" in report:
        return Kind.DEMO
    if "transfer_gap" in report and "network" in report:
        return Kind.DEPLOYMENT
    raise LabError(
        f"{path} is nothing that can be reported on; expected a run, a twin (.twin), a network (.net), "
        "or the folder of a deploy, a finished loop, a demo or a sweep"
    )


def write_report(path: str, out: Path, figures: Path | None = None) -> WrittenReport:
    """Write the page about what lies at `path` to the new file `out`.

    Into the folder `figures`, if one is given, go the page's figures as PDF, for a paper.
    """
    refuse_existing(out)
    if figures:
        require_folder(figures, "--figures")
    kind = kind_of(path)
    page = run_page(path) if kind is Kind.RUN else _PAGES[kind](Path(path))
    text = render_page(page)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_text(out, text)
    drawn = tuple(save_figures(page, figures)) if figures else ()
    return WrittenReport(kind, str(out), page.title, page.summary, drawn)


def _read(path: Path) -> JsonObject:
    """Read a JSON object, an empty one where there is none."""
    try:
        return read_json(path)
    except LabError:
        return {}
