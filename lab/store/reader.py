"""A run, opened to be read: only what was committed is shown."""

import time
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.store import layout
from nado_lab.lab.store.damage import StreamFound, damage_named, look
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.location import metadata_of, open_root
from nado_lab.lab.store.metadata import Status
from zarr.core.group import Group

if TYPE_CHECKING:
    import xarray as xr

LOOKS = 20
LOOK_AGAIN_S = 0.05


class Run:
    """Read one run. Each call looks at the store again, so a live run is seen growing."""

    def __init__(self, path: str, root: Group) -> None:
        self.path = path
        self._root = root
        self.metadata = metadata_of(path, root)

    @classmethod
    def open(cls, path: str | Path) -> "Run":
        """Open a run by path or URL."""
        return cls(str(path), open_root(path))

    @property
    def status(self) -> Status:
        """Say how the run ended, or that it is running (or was killed)."""
        return self.metadata.status

    @property
    def streams(self) -> tuple[str, ...]:
        """Name the streams of the run, primary first."""
        with damage_named(self.path):
            found = list(layout.streams(self._root))
        return tuple(sorted(found, key=lambda name: (name != layout.PRIMARY, name)))

    def look(self) -> tuple[dict[str, StreamFound], dict[str, str]]:
        """Open what can be opened of a damaged run: its streams, and folders that are none."""
        return look(self._root)

    def rows(self, stream: str = layout.PRIMARY) -> int:
        """Give the committed rows of a stream."""
        return layout.committed_rows(self.group(stream))

    def dataset(self, stream: str = layout.PRIMARY) -> "xr.Dataset":
        """Open the committed rows of a stream, lazily, with named dimensions, coordinates, units.

        A run that another process is writing is looked at again where a commit fell between two looks. Of one
        that is still going, `load` rather than hold the rows: closing a run moves them.
        """
        for _ in range(LOOKS - 1):
            try:
                return self._open_rows(stream)
            except StoreError:
                raise
            except ValueError:  # xarray: arrays of conflicting sizes
                time.sleep(LOOK_AGAIN_S)
        with damage_named(self.path):
            return self._open_rows(stream)

    def load(
        self,
        stream: str = layout.PRIMARY,
        first: int = 0,
        last: int | None = None,
        columns: Collection[str] | None = None,
    ) -> "xr.Dataset":
        """Read the committed rows from `first` to before `last` into memory; of all columns or of some.

        Where the run was closed meanwhile, its rows went from live chunks into shards, and chunks that are
        gone read as NaN: then they are read again.
        """
        for _ in range(LOOKS - 1):
            before = self._shards(stream)
            with damage_named(self.path):
                rows = self.dataset(stream).isel({layout.ROW: slice(first, last)})
                found = (rows if columns is None else rows[list(columns)]).load()
            if self._shards(stream) == before:
                return found
        raise StoreError(f"{self.path}: stream {stream!r} changed its form each time it was read; try again")

    def _shards(self, stream: str) -> dict[str, object]:
        """Say in what form each array of rows lies now: in shards once the run is closed."""
        return {name: array.shards for name, array in layout.row_arrays(self.group(stream)).items()}

    def _open_rows(self, stream: str) -> "xr.Dataset":
        import xarray as xr

        group = self.group(stream)
        rows = layout.committed_rows(group)
        fixed = {name for name, array in group.arrays() if layout.dimensions(array)[:1] != (layout.ROW,)}
        by_length: dict[int, set[str]] = {}
        arrays = layout.row_arrays(group)
        numbers = arrays.get(layout.ROW)
        if rows > 0 and numbers is not None and numbers.shape[0] == rows and layout.last_chunk_gone(numbers):
            raise StoreError(f"{self.path} is damaged: it declares {rows} rows; `nado runs verify` says more")
        for name, array in arrays.items():
            by_length.setdefault(array.shape[0], set()).add(name)
        everything = fixed.union(*by_length.values())
        parts = [
            xr.open_zarr(
                self._root.store,
                group=_inside(self._root, stream),
                consolidated=False,
                chunks=None,  # type: ignore[arg-type]
                drop_variables=everything - names - fixed,
            ).isel({layout.ROW: slice(0, rows)})
            for names in by_length.values()
        ]
        whole = xr.merge(parts, compat="override", join="override", combine_attrs="override")
        whole.attrs.pop(layout.ORDER, None)
        return whole[layout.in_order(group, map(str, whole.data_vars))]

    def group(self, stream: str = layout.PRIMARY) -> Group:
        """Give the zarr group of a stream, torn tail and all."""
        with damage_named(self.path):
            groups = layout.streams(self._root)
        if stream not in groups:
            raise StoreError(f"{self.path} has no stream {stream!r}; it has {', '.join(self.streams)}")
        return groups[stream]


def _inside(root: Group, stream: str) -> str:
    return f"{root.path}/{stream}" if root.path else stream
