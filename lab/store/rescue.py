"""Make a damaged stream readable again: what can be read stays, the damaged files are kept beside the run."""

import json
import shutil
from pathlib import Path

import numpy as np
import zarr
from nado_lab.lab.store import layout
from nado_lab.lab.store.damage import StreamFound, counted_rows
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.location import is_url
from nado_lab.lab.store.pack import digest
from zarr.core.array import Array
from zarr.core.group import Group


def rescue(run: str | Path, root: Group, name: str, found: StreamFound, checksum: str) -> list[str]:
    """Mend one stream in place and say what was done; StoreError, and nothing is touched, where it cannot be.

    `checksum` of the row numbers, if the run was closed, tells a lost `rows_committed` from a torn tail.
    """
    rows = _true_rows(found, checksum)
    bad = {each: array for each, array in found.arrays.items() if not _is_whole(array, rows)}
    if found.is_sound and not bad and rows == found.rows:
        return []
    if is_url(run):
        wrong = "; ".join([*found.problems, *bad])
        raise StoreError(f"{run}: {wrong}: fetch the run to this computer to repair it")
    if not found.arrays:
        raise StoreError(f"{run}: {'; '.join(found.problems) or name}: nothing of the stream can be read")
    keep = _Beside(Path(run))
    done = [f"{name}: {problem}" for problem in found.problems]
    done += [keep.column(name, each) for each in found.unreadable]
    done += [_rewrite(keep, name, array, rows) for array in bad.values()]
    _set_rows(Path(run) / name, rows)
    for each in layout.row_arrays(root_stream(root, name)).values():
        _cut(Path(run) / each.path, rows)
    return [*done, f"{name}: {rows} rows kept"]


def root_stream(root: Group, name: str) -> Group:
    """Open a stream anew, as it lies in the store now."""
    path = f"{root.path}/{name}".strip("/")
    return zarr.open_group(root.store, path=path, mode="r+", use_consolidated=False)


def set_aside(run: str | Path, name: str, problem: str) -> str:
    """Move a folder that cannot be opened out of a run; one that can, and is no stream, is left."""
    if not problem or is_url(run):
        return f"{name}/: is no stream of a run; left as it is"
    return f"{problem}; {_Beside(Path(run)).column('', name)}"


class _Beside:
    """The folder beside a run in which damaged files are kept."""

    def __init__(self, run: Path) -> None:
        self._run, self._folder = run, run.with_name(f"{run.name}.damaged")

    def column(self, stream: str, column: str) -> str:
        """Move a column there; say so."""
        target = self._folder / stream / column
        while target.exists():
            target = target.with_name(f"{target.name}_")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(self._run / stream / column, target)
        return f"{stream}/{column}: what there is of it was moved to {target}".lstrip("/")


def _true_rows(found: StreamFound, checksum: str) -> int:
    """Give the rows to keep: those committed, or all of a closed run whose count alone was changed."""
    numbers = found.arrays.get(layout.NUMBER.name)
    if numbers is not None and checksum and numbers.shape[0] > found.rows:
        whole = counted_rows(found)
        if _digest(numbers, whole) == checksum:
            return whole
    return found.rows


def _digest(array: Array, rows: int) -> str:
    try:
        return digest(array, rows)
    except Exception:  # noqa: BLE001  (a damaged chunk fails to decode in many ways)
        return ""


def _is_whole(array: Array, rows: int) -> bool:
    return layout.has_attributes(array) and array.shape[0] >= rows and bool(_digest(array, rows))


def _rewrite(keep: _Beside, stream: str, array: Array, rows: int) -> str:
    """Write a damaged column anew with the rows that can be read; the others hold the fill value."""
    column = array.path.rpartition("/")[2]
    step = array.chunks[0]
    blocks, lost = {}, 0
    for start in range(0, rows, step):
        stop = min(start + step, rows)
        try:
            blocks[start] = np.asarray(array[start:stop])
        except Exception:  # noqa: BLE001  (a damaged chunk fails to decode in many ways)
            lost += stop - start
    store, path = array.store, array.path
    text = array.dtype.kind in "OT"
    dims, shape = layout.dimensions(array), (rows, *array.shape[1:])
    attributes = array.attrs.asdict() if layout.has_attributes(array) else {}
    told = keep.column(stream, column)
    fresh = zarr.create_array(
        store,
        name=path,
        shape=shape,
        chunks=array.chunks,
        dtype="string" if text else array.dtype,
        fill_value=array.fill_value,
        dimension_names=dims,
        attributes=attributes,
        compressors=None,
    )
    for start, values in blocks.items():
        fresh[start : start + len(values)] = values
    if column == layout.NUMBER.name:
        fresh[:] = np.arange(rows)
        lost = 0
    return f"{told}; {lost} of its {rows} rows could not be read and are {array.fill_value!r} now"


def _set_rows(stream: Path, rows: int) -> None:
    """Write the count of rows, and the whole description of a stream that has lost its own."""
    file = stream / "zarr.json"
    try:
        described = json.loads(file.read_text(encoding="utf-8"))
        described["attributes"][layout.COMMITTED] = rows
    except (OSError, ValueError, KeyError, TypeError):
        attributes = {layout.COMMITTED: rows, "coordinates": layout.ELAPSED.name}
        described = {"zarr_format": 3, "node_type": "group", "attributes": attributes}
    file.write_text(json.dumps(described), encoding="utf-8")


def _cut(array: Path, rows: int) -> None:
    """Set the length of an array by its description alone: what was declared may be beyond all counting."""
    file = array / "zarr.json"
    described = json.loads(file.read_text(encoding="utf-8"))
    if described["shape"][0] > rows:
        described["shape"][0] = rows
        file.write_text(json.dumps(described), encoding="utf-8")
