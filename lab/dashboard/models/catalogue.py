"""The runs, twins and networks of a folder, as rows of a table. Runs come from the store's index."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.errors import message_of
from nado_lab.lab.json_file import JsonObject

if TYPE_CHECKING:
    from nado_lab.lab.store import RunEntry


class EntryKind(StrEnum):
    """What can lie in a folder of results."""

    RUN = "run"
    TWIN = "twin"
    NETWORK = "network"


SUFFIXES = {".twin": EntryKind.TWIN, ".net": EntryKind.NETWORK}
RUN_SUFFIX = ".zarr"
DEPTH = 3
INTERRUPTED, UNREADABLE = "interrupted", "unreadable"
STAMP = re.compile(r"^\d{8}-\d{6}-")


@dataclass(frozen=True)
class Entry:
    """One run, twin or network on disk; `made_from` holds ids or paths of its parents.

    `title` is what people call it; `parameters` are those of a run's protocol.
    """

    kind: EntryKind
    path: Path
    name: str
    id: str
    status: str = ""
    started: str = ""
    protocol: str = ""
    setup: str = ""
    sample: str = ""
    made_from: tuple[str, ...] = ()
    rows: int | None = None
    operator: str = ""
    title: str = ""
    remarks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    hidden: bool = False
    parameters: JsonObject = field(default_factory=dict, compare=False)
    details: JsonObject = field(default_factory=dict, repr=False, compare=False)

    @property
    def short_name(self) -> str:
        """Give its title, or else the name without the date and time it may begin with."""
        return self.title or STAMP.sub("", self.name)

    @cached_property
    def text(self) -> str:
        """Give all that is searched, in small letters."""
        what = (self.kind, self.name, self.id, self.status, self.started, self.title, self.operator)
        said = (*what, self.protocol, self.setup, self.sample, *self.remarks, *self.tags)
        return " ".join((*said, *(f"{name}={value}" for name, value in self.parameters.items()))).lower()


def scan(folder: Path) -> list[Entry]:
    """List all entries under `folder`, newest first. Of runs only what the index holds: see `describe`."""
    from nado_lab.lab.store import find_runs

    if not folder.is_dir():
        return []
    runs = [_of_run(run, folder) for run in find_runs(folder)]
    known = {entry.path for entry in runs}
    others = [read_entry(path, folder) for path in _find(folder, known, DEPTH)]
    entries = sorted(runs + others, key=lambda entry: (entry.started, entry.name), reverse=True)
    for entry in entries:
        entry.text  # noqa: B018 - made here, in the librarian's thread, not at the first key of a search
    return entries


def read_entry(path: Path, folder: Path | None = None) -> Entry:
    """Describe one run, twin or network, named from `folder` on; a damaged one says so in its status."""
    kind, name = SUFFIXES.get(path.suffix, EntryKind.RUN), _name(path, folder or path.parent)
    try:
        return _read_run(path, name) if kind is EntryKind.RUN else _read_card(kind, path, name)
    except Exception as error:  # noqa: BLE001 - a damaged entry is a row of the table, not the end of it
        return Entry(kind, path, name, path.name, status=UNREADABLE, details={"error": message_of(error)})


def describe(entry: Entry) -> JsonObject:
    """Give all that is known of an entry; of a run its whole metadata, read now."""
    return entry.details or read_entry(entry.path).details


def snippet(entry: Entry) -> str:
    """Give the lines of Python that open an entry."""
    path = json.dumps(entry.path.resolve().as_posix(), ensure_ascii=False)
    opens = f'import xarray as xr\n\nrun = xr.open_datatree({path}, engine="zarr")\n'
    return {
        EntryKind.RUN: f'{opens}print(run["primary"])\n',
        EntryKind.TWIN: f"from nado_lab import twin\n\nmodel = twin.load({path})\n",
        EntryKind.NETWORK: f"from nado_lab import network\n\nsaved = network.load({path})\n",
    }[entry.kind]


def _find(folder: Path, known: set[Path], depth: int) -> list[Path]:
    """List twins, networks, and what looks like a run but is not `known` to the index."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path in known or not path.is_dir():
            continue
        if path.suffix in SUFFIXES or path.suffix == RUN_SUFFIX:
            found.append(path)
        elif depth:
            found.extend(_find(path, known, depth - 1))
    return found


def _name(path: Path, folder: Path) -> str:
    relative = path.relative_to(folder)
    return (relative.with_suffix("") if path.suffix in (*SUFFIXES, RUN_SUFFIX) else relative).as_posix()


def _of_run(run: RunEntry, folder: Path) -> Entry:
    """Make an entry of a line of the store's index."""
    path = Path(run.path)
    return Entry(
        EntryKind.RUN,
        path,
        _name(path, folder),
        run.run_id,
        _status(path, run.status),
        run.started[:19].replace("T", " "),
        run.protocol,
        run.setup,
        run.sample,
        run.lineage,
        run.rows,
        run.operator,
        run.title,
        run.remarks,
        run.tags,
        run.hidden,
        run.parameters,
    )


def _read_run(path: Path, name: str) -> Entry:
    from nado_lab.lab.store import Run

    run = Run.open(path)
    meta = run.metadata
    rows = {stream: run.rows(stream) for stream in run.streams}
    return Entry(
        EntryKind.RUN,
        path,
        name,
        meta.run_id,
        _status(path, str(meta.status)),
        f"{meta.started:%Y-%m-%d %H:%M:%S}",
        made_from=tuple(meta.lineage),
        rows=rows.get("primary", 0),
        details=meta.model_dump(mode="json", by_alias=True) | {"rows": rows},
    )


def _status(path: Path, written: str) -> str:
    """Tell a run that nobody writes any more from one that runs."""
    from nado_lab.lab.store.ownership import run_ownership

    if written == "running" and not run_ownership(path).is_taken():
        return INTERRUPTED
    return written


def _read_card(kind: EntryKind, path: Path, name: str) -> Entry:
    card = json.loads((path / "card.json").read_text(encoding="utf-8"))
    made = datetime.datetime.fromtimestamp((path / "card.json").stat().st_mtime, datetime.UTC)
    parents = card.get("lineage", []) or card.get("notes", {}).get("twins", [])
    started = f"{made:%Y-%m-%d %H:%M:%S}"
    return Entry(kind, path, name, path.name, "complete", started, made_from=tuple(parents), details=card)
