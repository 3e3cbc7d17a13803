"""How a run lies in zarr v3: one group a stream, one array a column, `rows_committed` on the group.

A block is written array by array and counts only once `rows_committed` says so: resize and chunk
are two files, and a process killed between them leaves ragged arrays (zarr 3.1.6, measured).
"""

import warnings
from collections.abc import Iterable
from threading import Lock

import numpy as np
import zarr
from nado_lab.lab.store.errors import StoreError
from nado_lab.protocols.columns import ROW, Column, Coordinate
from zarr.core.array import Array
from zarr.core.common import JSON
from zarr.core.group import Group
from zarr.core.sync import sync

PRIMARY = "primary"
COMMITTED = "rows_committed"
OVERFLOWS = "overflows"  # an array's attribute: so many of its values were sentinels (9.9E37), kept as NaN
ORDER = "column_order"
"""The attribute of a stream that names its columns as they were declared; a folder lists them anyhow."""
ELAPSED = Column("elapsed", units="s", description="time since the run began", is_coordinate=True)
NUMBER = Column(ROW, dtype="int64", description="row number", is_coordinate=True)

CHUNK_BYTES = 1 << 20
CHUNK_ROWS_MOST = 16384


def create_stream(root: Group, name: str, columns: Iterable[Column], labels: Iterable[Coordinate]) -> None:
    """Create the empty arrays of one stream."""
    columns = (NUMBER, ELAPSED, *columns)
    used = {dim for column in columns for dim in column.dims}
    labels = [label for label in labels if label.along in used]
    marks = " ".join(_marks(columns, labels))
    order: list[JSON] = [column.name for column in columns]
    group = root.create_group(name, attributes={COMMITTED: 0, "coordinates": marks, ORDER: order})
    for column in columns:
        _create_column(group, column)
    for label in labels:
        create_label(group, label)


def create_label(group: Group, label: Coordinate) -> None:
    """Write the fixed labels of one dimension."""
    values = np.asarray(label.values)
    text = values.dtype.kind not in "iufb"
    array = group.create_array(
        label.name,
        shape=values.shape,
        dtype="string" if text else values.dtype,
        dimension_names=(label.along,),
        attributes=_attributes(label.units, label.description),
    )
    array[:] = values.astype(object) if text else values


def chunk_rows(column: Column) -> int:
    """Give the rows of one chunk: about 1 MiB."""
    row_bytes = int(np.prod(column.shape, dtype=np.int64)) * item_bytes(column)
    return int(np.clip(CHUNK_BYTES // max(row_bytes, 1), 1, CHUNK_ROWS_MOST))


def item_bytes(column: Column) -> int:
    """Give the bytes of one number of a column (a guess for text)."""
    return 64 if column.dtype == "string" else np.dtype(column.dtype).itemsize


def streams(root: Group) -> dict[str, Group]:
    """Open every stream group of a run, never through consolidated metadata, which may be stale."""
    opened = {name: _open(root, name) for name in members(root)}
    return {name: each for name, each in opened.items() if isinstance(each, Group) and is_stream(each)}


def members(group: Group) -> list[str]:
    """List the folders directly below a group, whether they can be opened or not."""

    async def collect() -> list[str]:
        return [name async for name in group.store.list_dir(group.path)]

    return sorted(name for name in sync(collect()) if name != "zarr.json" and not name.startswith("."))


def _open(group: Group, name: str) -> Group | Array:
    """Open one member; one after another, as zarr reports only one of several faults and logs the others."""
    path, mode = f"{group.path}/{name}".strip("/"), "r" if group.read_only else "r+"
    try:
        opened = zarr.open(group.store, path=path, mode=mode, use_consolidated=False)
        if not has_attributes(opened):
            raise TypeError("attributes: expected a table")
        return opened
    except Exception as error:  # zarr raises whatever json and numpy raise
        told = f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"
        raise StoreError(f"{path}/zarr.json is damaged ({told}); `nado runs verify` says more") from error


def has_attributes(member: Group | Array) -> bool:
    """Tell whether the attributes of an array are a table; zarr opens one whatever they are."""
    return isinstance(member.metadata.attributes, dict)


def committed_rows(group: Group) -> int:
    """Give the number of rows that are safe in a stream."""
    found = group.attrs.get(COMMITTED)
    if type(found) is not int or found < 0:
        seen = "is missing" if found is None else f"is {str(found)[:20]!r}"
        raise StoreError(f"{group.path}/zarr.json: {COMMITTED} {seen}; expected a whole number from 0")
    return found


def is_stream(group: Group) -> bool:
    """Tell a stream, also a damaged one, from a folder that somebody put there."""
    return COMMITTED in group.attrs or "coordinates" in group.attrs


def row_arrays(group: Group) -> dict[str, Array]:
    """Give the arrays of a stream that have one entry a row, in the order in which they were declared."""
    opened = {name: _open(group, name) for name in members(group)}
    found = {
        n: each for n, each in opened.items() if isinstance(each, Array) and dimensions(each)[:1] == (ROW,)
    }
    return {name: found[name] for name in in_order(group, found)}


def last_chunk_gone(numbers: Array) -> str:
    """Name the file with the last row's number where it is not there: that many rows were never written."""
    if numbers.ndim != 1 or not numbers.shape[0]:
        return ""
    size = (numbers.shards or numbers.chunks)[0]
    key = f"{numbers.path}/{numbers.metadata.encode_chunk_key(((numbers.shape[0] - 1) // size,))}"
    return "" if sync(numbers.store.exists(key)) else key


def in_order(group: Group, names: Iterable[str]) -> list[str]:
    """Sort names of a stream: columns as they were declared, then the rest (of older runs all) by name."""
    declared = group.attrs.get(ORDER)
    known = {str(name): place for place, name in enumerate(declared)} if isinstance(declared, list) else {}
    return sorted(names, key=lambda name: (known.get(name, len(known)), name))


def dimensions(array: Array) -> tuple[str, ...]:
    """Give the dimension names of a zarr v3 array."""
    return tuple(str(name) for name in getattr(array.metadata, "dimension_names", None) or ())


def truncate(group: Group) -> int:
    """Cut every array of a stream back to the committed rows; give the rows cut off."""
    rows = committed_rows(group)
    cut = 0
    for array in row_arrays(group).values():
        if array.shape[0] < rows:
            raise StoreError(f"{array.path}/zarr.json: {array.shape[0]} rows of {rows} committed")
        if array.shape[0] != rows:
            cut = max(cut, array.shape[0] - rows)
            array.resize((rows, *array.shape[1:]))
    return cut


_FILTERS = Lock()
"""Filters of warnings belong to the process: threads that close runs at once would undo each other's."""


def consolidate(root: Group) -> None:
    """Copy all metadata to the root (and each stream's to the stream), once a run no longer changes."""
    with _FILTERS, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Consolidated metadata is currently not part")
        for group in streams(root).values():
            zarr.consolidate_metadata(root.store, path=group.path)
        zarr.consolidate_metadata(root.store, path=root.path)


def _marks(columns: Iterable[Column], labels: Iterable[Coordinate]) -> list[str]:
    """Name the coordinates that are not named like their dimension (the CF attribute `coordinates`)."""
    rows = [column.name for column in columns if column.is_coordinate and column.name != ROW]
    return rows + [label.name for label in labels if label.name != label.along]


def _create_column(group: Group, column: Column) -> None:
    group.create_array(
        column.name,
        shape=(0, *column.shape),
        chunks=(chunk_rows(column), *(max(size, 1) for size in column.shape)),
        dtype=column.dtype,
        fill_value=_fill(column.dtype),
        dimension_names=(ROW, *column.dims),
        attributes=_attributes(column.units, column.description),
        compressors=None,
    )


def _fill(dtype: str) -> str | float | int:
    """Choose what an unwritten entry reads as: NaN where there is one, else a value that shows."""
    if dtype == "string":
        return ""
    kind = np.dtype(dtype).kind
    return {"f": np.nan, "c": np.nan, "i": -1}.get(kind, 0)


def _attributes(units: str, description: str) -> dict[str, JSON]:
    found = {"units": units, "long_name": description}
    return {key: value for key, value in found.items() if value}
