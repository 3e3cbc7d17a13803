"""Stores that were damaged: what can be opened, what is wrong, and with which file.

Nothing in here writes. A run is only files: any of them may be cut short, empty, gone or say nonsense.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import zarr
from nado_lab.lab.store import layout
from nado_lab.lab.store.errors import StoreError
from zarr.core.array import Array
from zarr.core.group import Group
from zarr.core.sync import sync

MOST_BYTES = 1 << 31
"""No chunk and no row that this store writes is as large; one that says so is not believed."""


@contextmanager
def damage_named(path: str | Path) -> Iterator[None]:
    """Turn whatever reading damaged files raises into one line that says how to look closer."""
    try:
        yield
    except (StoreError, OSError):
        raise
    except Exception as error:
        told = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise StoreError(f"{path} is damaged ({told}); `nado runs verify {path}` says where") from error


@dataclass
class StreamFound:
    """What can be read of a stream: its rows, its sound columns, and problems in words."""

    group: Group | None = None
    rows: int = 0
    arrays: dict[str, Array] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    """Columns that are there and cannot be read."""

    @property
    def is_sound(self) -> bool:
        """Say whether nothing was found to be wrong."""
        return not self.problems


def look(root: Group) -> tuple[dict[str, StreamFound], dict[str, str]]:
    """Open all that can be opened of a run: its streams, and folders that are none with their fault."""
    streams: dict[str, StreamFound] = {}
    stray: dict[str, str] = {}
    for name in _members(root, _inside(root.path, "")):
        opened, problem = _open(root, _inside(root.path, name), "group")
        group = opened if isinstance(opened, Group) else None
        rows_there = layout.ROW in _members(root, _inside(root.path, name))
        if rows_there or (group is not None and layout.is_stream(group)):
            found = StreamFound(group, problems=[problem] if problem else [])
            streams[name] = _look_into(root, name, found)
        else:
            stray[name] = problem
    if layout.PRIMARY not in streams:
        streams[layout.PRIMARY] = StreamFound(problems=[f"{layout.PRIMARY}/: the stream is gone"])
    return streams, stray


def counted_rows(found: StreamFound) -> int:
    """Count the rows whose numbers are there, 0, 1, 2, ...: all that is known without `rows_committed`."""
    array = found.arrays.get(layout.NUMBER.name)
    if array is None:
        return min((each.shape[0] for each in found.arrays.values()), default=0)
    step, rows = (array.shards or array.chunks)[0], 0
    while rows < array.shape[0]:
        try:
            numbers = np.asarray(array[rows : rows + step])
        except Exception:  # noqa: BLE001  (a damaged chunk fails to decode in many ways)
            return rows
        wrong = np.flatnonzero(numbers != np.arange(rows, rows + len(numbers)))
        if wrong.size:
            return rows + int(wrong[0])
        rows += len(numbers)
    return rows


def _look_into(root: Group, name: str, found: StreamFound) -> StreamFound:
    members = _members(root, _inside(root.path, name))
    for member in members:
        array, problem = _open(root, _inside(root.path, f"{name}/{member}"), "array")
        problem = _too_large(array) if isinstance(array, Array) else problem
        if problem or not isinstance(array, Array):
            found.problems.append(problem)
            found.unreadable.append(member)
        elif layout.dimensions(array)[:1] == (layout.ROW,):
            found.arrays[member] = array
            if not layout.has_attributes(array):
                found.problems.append(f"{array.path}/zarr.json: its attributes are no table; units are lost")
    declared = found.group.attrs.get(layout.ORDER) if found.group is not None else None
    gone = [str(each) for each in declared if each not in members] if isinstance(declared, list) else []
    found.problems += [f"{name}/{each}/: the column is gone" for each in gone]
    try:
        found.rows = layout.committed_rows(found.group) if found.group is not None else counted_rows(found)
    except StoreError as error:
        found.problems.append(str(error))
        found.rows = counted_rows(found)
    return _hold_against_rows(name, _count_if_cut(found))


def _hold_against_rows(name: str, found: StreamFound) -> StreamFound:
    """Take columns shorter than the committed rows for damaged, unless all are: then the count is."""
    short = [each for each, array in found.arrays.items() if array.shape[0] < found.rows]
    if short and len(short) == len(found.arrays):
        longest = max(array.shape[0] for array in found.arrays.values())
        found.problems.append(f"{name}/zarr.json: {found.rows} rows committed; there are {longest}")
        found.rows = counted_rows(found)
        return found
    for each in short:
        length = found.arrays.pop(each).shape[0]
        found.problems.append(f"{name}/{each}/zarr.json: {length} rows of {found.rows} committed")
        found.unreadable.append(each)
    return found


def _too_large(array: Array) -> str:
    """Say what is wrong with sizes that nobody could have written, before memory is asked for."""
    for what, shape in (("chunk", array.shards or array.chunks), ("row", array.shape[1:])):
        count = 1
        for size in shape:
            count *= int(size)
        if count * max(array.dtype.itemsize, 1) > MOST_BYTES:
            return f"{array.path}/zarr.json: a {what} of {tuple(shape)} is more than this store writes"
    return ""


def _count_if_cut(found: StreamFound) -> StreamFound:
    """Count the rows where more are declared than were ever written, so that nobody reads for ever."""
    array = found.arrays.get(layout.NUMBER.name)
    gone = layout.last_chunk_gone(array) if array is not None else ""
    if array is not None and gone and found.rows == array.shape[0]:
        found.problems.append(f"{gone}: gone, though {array.shape[0]} rows are declared")
        found.rows = counted_rows(found)
    return found


def _open(root: Group, path: str, kind: str) -> tuple[Group | Array | None, str]:
    mode = "r" if root.read_only else "r+"
    try:
        if kind == "group":
            return zarr.open_group(root.store, path=path, mode=mode, use_consolidated=False), ""
        return zarr.open_array(root.store, path=path, mode=mode), ""
    except Exception as error:  # noqa: BLE001  (zarr raises whatever json and numpy raise)
        return None, f"{path}/zarr.json: {type(error).__name__}: {' '.join(str(error).split())[:120]}"


def _members(root: Group, path: str) -> list[str]:
    """List the folders below a path, whether they can be opened or not."""

    async def collect() -> list[str]:
        return [name async for name in root.store.list_dir(path)]

    return sorted(name for name in sync(collect()) if name != "zarr.json" and not name.startswith("."))


def _inside(path: str, name: str) -> str:
    return f"{path}/{name}".strip("/")
