"""A folder of runs: numbered, searchable, quick for ten thousand.

The index is an SQLite file beside the runs. It holds nothing that is not in the runs: delete it and it
is built again. Where it cannot be written it is kept in memory.
"""

import json
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path

from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.store import layout
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.metadata import SCHEMA
from nado_lab.lab.store.remarks import HIDDEN, REMARKS, TAGS, TITLE

_log = logging.getLogger(__name__)
INDEX = ".nado-runs.sqlite"


@dataclass(frozen=True)
class RunEntry(JsonRecord):
    """A run in a line: its number in the folder, its place, what its metadata say; `started` is ISO 8601."""

    number: int
    path: str
    run_id: str
    status: str
    started: str
    rows: int
    protocol: str
    setup: str
    sample: str
    operator: str
    lineage: tuple[str, ...]
    tags: tuple[str, ...] = ()
    title: str = ""
    remarks: tuple[str, ...] = ()
    hidden: bool = False
    parameters: JsonObject = field(default_factory=dict)


_LISTS = ("lineage", "tags", "remarks")
_COLUMNS = tuple(each.name for each in fields(RunEntry))
_FIELDS = ("stamp", *(name for name in _COLUMNS if name != "number"))
_SET = ", ".join(f"{name} = :{name}" for name in _FIELDS if name != "path")
_TABLE = f"""
create table if not exists runs (
    number integer primary key autoincrement,
    {", ".join(f"{name} {'unique' if name == 'path' else ''}" for name in _FIELDS)}
)"""

_ADD = f"insert into runs ({', '.join(_FIELDS)}) values ({', '.join(':' + name for name in _FIELDS)})"  # noqa: S608
_CHANGE = f"update runs set {_SET} where path = :path"  # noqa: S608


class Catalogue:
    """The runs below one folder. Every look refreshes what has changed since the last one."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise StoreError(f"{folder} is not a folder")

    def entries(self, **wanted: str) -> list[RunEntry]:
        """Describe the runs, oldest first; `wanted` (status="failed", sample=...) narrows them down."""
        tag = wanted.pop("tag", None)
        unknown = set(wanted) - set(_FIELDS)
        if unknown:
            raise StoreError(f"runs have no {', '.join(unknown)}; choose from tag, {', '.join(_FIELDS[1:])}")
        with closing(self._open()) as index:
            self._refresh(index)
            where = " and ".join(f"{name} = ?" for name in wanted)
            query = f"select * from runs {'where ' + where if where else ''} order by started, number"  # noqa: S608
            found = [self._entry(row) for row in index.execute(query, tuple(wanted.values()))]
        return [each for each in found if tag is None or tag in each.tags]

    def find(self, reference: str) -> Path:
        """Find a run by its number, its id or the beginning of its id."""
        entries = self.entries()
        if reference.lstrip("#").isdigit():
            found = [each for each in entries if each.number == int(reference.lstrip("#"))]
        else:
            found = [each for each in entries if each.run_id.startswith(reference)]
        if len(found) == 1:
            return Path(found[0].path)
        problem = "several runs fit" if found else "no run fits"
        raise StoreError(f"{problem} {reference!r} in {self.folder} (see `nado runs list {self.folder}`)")

    def _entry(self, row: sqlite3.Row) -> RunEntry:
        known: JsonObject = {name: row[name] for name in _COLUMNS}
        lists: JsonObject = {name: tuple(json.loads(row[name] or "[]")) for name in _LISTS}
        parameters = json.loads(row["parameters"] or "{}")
        others: JsonObject = {"hidden": bool(row["hidden"]), "parameters": parameters}
        place: JsonObject = {"path": str(self.folder / row["path"])}
        return RunEntry(**known | lists | others | place)

    def _open(self) -> sqlite3.Connection:
        """Open the index; in memory where the folder may not be written or another holds it."""
        for place in (str(self.folder / INDEX), ":memory:"):
            with suppress(sqlite3.DatabaseError):
                return _connect(place)
        raise StoreError(f"no index of {self.folder} can be made, not even in memory")

    def _refresh(self, index: sqlite3.Connection) -> None:
        """Bring the index up to date with the files; read only runs that changed."""
        known = {row["path"]: row["stamp"] for row in index.execute("select path, stamp from runs")}
        seen = {os.path.relpath(root, self.folder): root for root in run_folders(self.folder)}
        seen = {relative: root for relative, root in seen.items() if _is_text(relative)}
        stamps = {relative: _stamp(root) for relative, root in seen.items()}
        new = [_row(name, seen[name], stamp) for name, stamp in stamps.items() if known.get(name) != stamp]
        gone = [(path,) for path in known if path not in seen]
        if not (new or gone):
            return
        rows = sorted((row for row in new if row), key=lambda row: row["started"])
        try:
            with index:
                index.executemany("delete from runs where path = ?", gone)
                index.executemany(_CHANGE, [row for row in rows if row["path"] in known])
                index.executemany(_ADD, [row for row in rows if row["path"] not in known])
        except sqlite3.OperationalError as error:
            raise StoreError(f"the index {self.folder / INDEX} cannot be written: {error}") from error


def _is_text(name: str) -> bool:
    """Leave out a run whose name is no text: no index holds it."""
    try:
        name.encode()
    except UnicodeEncodeError:
        _log.warning("left out: %s: its name is no UTF-8; rename it", ascii(name)[1:-1])
        return False
    return True


def _connect(place: str) -> sqlite3.Connection:
    """Open an index and bring its table up to date; leave nothing open where that fails."""
    index = sqlite3.connect(place, timeout=5)
    try:
        index.row_factory = sqlite3.Row
        index.execute(_TABLE)
        _add_missing_fields(index)
        index.commit()
    except sqlite3.DatabaseError:
        index.close()
        raise
    return index


def _add_missing_fields(index: sqlite3.Connection) -> None:
    """Widen an index of an older version; its runs are read again, their numbers stay."""
    there = {row["name"] for row in index.execute("pragma table_info(runs)")}
    for name in _FIELDS:
        if name not in there:
            index.execute(f"alter table runs add column {name}")
            index.execute("update runs set stamp = ''")


def find_runs(folder: str | Path, **wanted: str) -> list[RunEntry]:
    """Describe every run below `folder` in a line's worth of values, oldest first."""
    return Catalogue(folder).entries(**wanted)


def locate(reference: str, folder: str | Path = ".") -> str:
    """Turn what a person wrote (path, URL, run number or id) into the path of a run."""
    if "://" in reference or Path(reference).exists():
        return reference
    looks_like_id = reference.lstrip("#").isdigit() or reference[:8].isdigit()
    return str(Catalogue(folder).find(reference)) if looks_like_id else reference


def run_folders(folder: Path) -> Iterator[str]:
    """Walk to every run below a folder, without walking into runs."""
    waiting = [str(folder)]
    while waiting:
        place = waiting.pop()
        if os.path.isfile(f"{place}/zarr.json"):  # noqa: PTH113  (ten thousand of them)
            yield place
            continue
        try:
            with os.scandir(place) as entries:
                waiting += [e.path for e in entries if not e.name.startswith(".") and e.is_dir()]
        except OSError:
            continue


def _stamp(root: str) -> str:
    """Give what changes whenever the metadata or the committed rows of a run change."""
    parts = []
    for name in ("zarr.json", f"{layout.PRIMARY}/zarr.json"):
        try:
            parts.append(str(os.stat(f"{root}/{name}").st_mtime_ns))  # noqa: PTH116  (ten thousand of them)
        except OSError:
            parts.append("-")
    return "/".join(parts)


def _row(relative: str, root: str, stamp: str) -> dict[str, str | int] | None:
    """Read what the index keeps of one run; None for other zarr stores."""
    found = _attributes(Path(root) / "zarr.json")
    if found.get("schema") != SCHEMA:
        return None
    return {
        "path": relative,
        "stamp": stamp,
        "rows": _count(_attributes(Path(root) / layout.PRIMARY / "zarr.json").get(layout.COMMITTED)),
        "protocol": _name_of(found.get("protocol")),
        "setup": _name_of(found.get("setup")),
        "lineage": _list(found.get("lineage")),
        "parameters": json.dumps(_parameters(found.get("protocol"))),
        **_said(found.get("notes")),
        **{name: str(found.get(name, "")) for name in ("run_id", "status", "started", "sample", "operator")},
    }


def _attributes(path: Path) -> JsonObject:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    attributes = found.get("attributes") if isinstance(found, dict) else None
    return attributes if isinstance(attributes, dict) else {}


def _said(notes: object) -> dict[str, str | int]:
    """Give what people say of a run, from its notes."""
    known = notes if isinstance(notes, dict) else {}
    remarks = known.get(REMARKS)
    texts = [e.get("text", "") for e in remarks if isinstance(e, dict)] if isinstance(remarks, list) else []
    told = {"title": str(known.get(TITLE, "")), "hidden": int(known.get(HIDDEN) is True)}
    return {**told, "tags": _list(known.get(TAGS)), "remarks": _list(texts)}


def _parameters(record: object) -> JsonObject:
    """Give the bare values of a protocol's parameters; none where a damaged store says something else."""
    known = record.get("parameters") if isinstance(record, dict) else None
    each = known.items() if isinstance(known, dict) else ()
    return {name: value["value"] for name, value in each if isinstance(value, dict) and "value" in value}


def _list(found: object) -> str:
    return json.dumps([str(each) for each in found] if isinstance(found, list) else [])


def _name_of(record: object) -> str:
    return str(record.get("name", "")) if isinstance(record, dict) else ""


def _count(found: object) -> int:
    """Give a count of rows; 0 where a damaged store says something else."""
    return found if type(found) is int and 0 <= found < 1 << 63 else 0
