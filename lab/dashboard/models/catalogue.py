"""The runs, twins and networks of a folder, as rows of a table and as a graph of what came from what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.dashboard.models.worker import message_of

SUFFIXES = {".zarr": "run", ".twin": "twin", ".net": "network"}
DEPTH = 3
INTERRUPTED = "interrupted"
STAMP = re.compile(r"^\d{8}-\d{6}-")


@dataclass(frozen=True)
class Entry:
    """One run, twin or network on disk; `made_from` holds ids or paths of its parents."""

    kind: str
    path: Path
    name: str
    id: str
    status: str = ""
    started: str = ""
    protocol: str = ""
    setup: str = ""
    sample: str = ""
    made_from: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def short_name(self) -> str:
        """Give the name without the date and time it may begin with."""
        return STAMP.sub("", self.name)

    def matches(self, words: str) -> bool:
        """Say whether every word occurs somewhere in the entry's texts."""
        text = " ".join(
            (self.kind, self.name, self.id, self.status, self.started, self.protocol, self.setup, self.sample)
        ).lower()
        return all(word in text for word in words.lower().split())


def scan(folder: Path, known: Iterable[Entry] = ()) -> list[Entry]:
    """Read all entries under `folder`, newest first; those `known` that ended are not read again."""
    finished = {entry.path: entry for entry in known if entry.status not in ("running", "paused")}
    entries = [finished.get(path) or read_entry(path, folder) for path in _find(folder, DEPTH)]
    return sorted(entries, key=lambda entry: (entry.started, entry.name), reverse=True)


def read_entry(path: Path, folder: Path | None = None) -> Entry:
    """Describe one run, twin or network, named from `folder` on; a damaged one says so in its status."""
    kind, name = SUFFIXES[path.suffix], path.relative_to(folder or path.parent).with_suffix("").as_posix()
    try:
        return _read_run(path, name) if kind == "run" else _read_card(kind, path, name)
    except Exception as error:  # noqa: BLE001 - a damaged entry is a row of the table, not the end of it
        return Entry(kind, path, name, path.name, status="unreadable", details={"error": message_of(error)})


def lineage(entries: list[Entry], entry: Entry) -> tuple[list[Entry], list[tuple[int, int]]]:
    """Give the entries connected with `entry` and the arrows (parent, child) between them, by index."""
    parents = {e.path: _parents(entries, e) for e in entries}
    found = {entry.path}
    while True:
        near = {p.path for path in found for p in parents[path]}
        near |= {path for path, above in parents.items() if any(p.path in found for p in above)}
        if near <= found:
            break
        found |= near
    nodes = [e for e in entries if e.path in found]
    index = {e.path: i for i, e in enumerate(nodes)}
    return nodes, [(index[p.path], index[e.path]) for e in nodes for p in parents[e.path]]


def snippet(entry: Entry) -> str:
    """Give the lines of Python that open an entry."""
    path = entry.path.resolve().as_posix()
    opens = f'import xarray as xr\n\nrun = xr.open_datatree("{path}", engine="zarr")\n'
    return {
        "run": f'{opens}print(run["primary"])\n',
        "twin": f'import twin\n\nmodel = twin.load("{path}")\n',
        "network": f'import network\n\nsaved = network.load("{path}")\n',
    }[entry.kind]


def _find(folder: Path, depth: int) -> list[Path]:
    """List the stores below a folder without looking into them."""
    if not folder.is_dir():
        return []
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if not path.is_dir() or path.name.startswith("."):
            continue
        if path.suffix in SUFFIXES:
            found.append(path)
        elif depth:
            found.extend(_find(path, depth - 1))
    return found


def _read_run(path: Path, name: str) -> Entry:
    from lab.store import Run

    run = Run.open(path)
    meta = run.metadata
    details = meta.model_dump(mode="json", by_alias=True)
    details["rows"] = {stream: run.rows(stream) for stream in run.streams}
    return Entry(
        "run",
        path,
        name,
        meta.run_id,
        _status(path, str(meta.status)),
        f"{meta.started:%Y-%m-%d %H:%M:%S}",
        meta.protocol.name if meta.protocol else "",
        meta.setup.name if meta.setup else "",
        meta.sample,
        tuple(meta.lineage),
        details,
    )


def _status(path: Path, written: str) -> str:
    """Tell a run that nobody writes any more from one that runs."""
    from lab.store.ownership import run_ownership

    if written == "running" and not run_ownership(path).is_taken():
        return INTERRUPTED
    return written


def _read_card(kind: str, path: Path, name: str) -> Entry:
    import datetime

    card = json.loads((path / "card.json").read_text(encoding="utf-8"))
    made = datetime.datetime.fromtimestamp((path / "card.json").stat().st_mtime, datetime.UTC)
    parents = card.get("lineage", []) or card.get("notes", {}).get("twins", [])
    started = f"{made:%Y-%m-%d %H:%M:%S}"
    return Entry(kind, path, name, path.name, "complete", started, made_from=tuple(parents), details=card)


def _parents(entries: list[Entry], child: Entry) -> list[Entry]:
    """Find the entries that a child names, by id or by the end of its path."""
    wanted = set(child.made_from)
    paths = {Path(name).name for name in wanted}
    return [
        e
        for e in entries
        if e is not child and (e.id in wanted or (e.kind != "run" and e.path.name in paths))
    ]
