"""Close a run for good: copy every array into compressed shards, compare, and only then switch over.

The shards lie beside the live chunks under other names; replacing one `zarr.json` (atomic) makes them
the array, and then the live chunks go. A kill at any instant leaves the array whole, old or new.
"""

import hashlib
from collections.abc import Iterator

import numpy as np
import zarr
from nado_lab.lab.store import layout
from nado_lab.lab.store.errors import StoreError
from zarr.codecs import BloscCodec
from zarr.core.array import Array, AsyncArray
from zarr.core.buffer import default_buffer_prototype
from zarr.core.group import Group
from zarr.core.sync import sync
from zarr.storage import MemoryStore, StorePath

SHARD_BYTES = 64 << 20


def pack_stream(group: Group) -> dict[str, str]:
    """Pack every row array of a stream; give the digest of the committed rows by column."""
    rows = layout.committed_rows(group)
    digests = {}
    for name, array in layout.row_arrays(group).items():
        digests[name] = digest(array, rows)
        if rows and array.shards is None:
            _pack(array, rows, digests[name])
    return digests


def digest(array: Array, rows: int) -> str:
    """Give the SHA-256 of the first `rows` rows as plain little-endian bytes (text as UTF-8)."""
    total = hashlib.sha256()
    for _, values in _blocks(array, rows):
        total.update(_as_bytes(values))
    return f"sha256:{total.hexdigest()}"


def sweep(array: Array) -> int:
    """Delete files of an array that its metadata do not name (left by a kill); give how many."""
    valid = {array.metadata.encode_chunk_key(index) for index in np.ndindex(*_grid(array))}
    path = array.path
    keep = {f"{path}/{key}" for key in valid} | {f"{path}/zarr.json"}
    found = [key for key in _keys(array) if key not in keep]
    for key in found:
        sync(array.store.delete(key))
    return len(found)


def _pack(array: Array, rows: int, expected: str) -> None:
    packed = _sharded_twin(array, rows)
    for start, values in _blocks(array, rows, (packed.shards or packed.chunks)[0]):
        packed[start : start + len(values)] = values
    if digest(packed, rows) != expected:
        raise StoreError(f"the shards of {array.path} do not read back as written; the live copy is kept")
    document = packed.metadata.to_buffer_dict(default_buffer_prototype())["zarr.json"]
    sync(array.store.set(f"{array.path}/zarr.json", document))
    sweep(packed)


def _sharded_twin(array: Array, rows: int) -> Array:
    """Describe an array of the same content in shards, at the same place; write nothing yet."""
    inner = (min(array.chunks[0], rows), *array.chunks[1:])
    chunk_bytes = int(np.prod(inner, dtype=np.int64)) * array.dtype.itemsize
    per_shard = max(1, min(SHARD_BYTES // max(chunk_bytes, 1), -(-rows // inner[0])))
    text = array.dtype.kind in "OT"
    draft = zarr.create_array(
        MemoryStore(),
        shape=(rows, *array.shape[1:]),
        chunks=inner,
        shards=(inner[0] * per_shard, *inner[1:]),
        dtype="string" if text else array.dtype,
        fill_value=array.fill_value,
        compressors="auto" if text else [BloscCodec(cname="zstd", clevel=3, shuffle="shuffle")],
        dimension_names=layout.dimensions(array),
        attributes=array.attrs.asdict(),
        chunk_key_encoding={"name": "default", "separator": "."},
    )
    place = StorePath(array.store, array.path)
    return Array(AsyncArray(metadata=draft.metadata, store_path=place))  # type: ignore[arg-type]


def _blocks(array: Array, rows: int, step: int | None = None) -> Iterator[tuple[int, np.ndarray]]:
    step = step or (array.shards or array.chunks)[0]
    for start in range(0, rows, step):
        yield start, np.asarray(array[start : min(start + step, rows)])


def _as_bytes(values: np.ndarray) -> bytes | memoryview:
    if values.dtype.kind in "OT":
        return "".join(f"{len(text)}:{text}" for text in values.ravel().tolist()).encode()
    return np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).data


def _grid(array: Array) -> tuple[int, ...]:
    outer = array.shards or array.chunks
    return tuple(-(-size // part) for size, part in zip(array.shape, outer, strict=True))


def _keys(array: Array) -> list[str]:
    async def collect() -> list[str]:
        return [key async for key in array.store.list_prefix(f"{array.path}/")]

    return sync(collect())
