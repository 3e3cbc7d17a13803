"""HDF5, also as NeXus and as MATLAB 7.3 keep it, by h5py."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.store.imports.array_file import (
    ArrayFile,
    FileArray,
    library,
    read_errors,
    units_among,
    without_empty,
)
from nado_lab.lab.store.imports.options import ImportOptions

if TYPE_CHECKING:
    import h5py

_OF_MATLAB = "#"
"""MATLAB 7.3 keeps what cells and structures refer to in the groups `#refs#` and `#subsystem#`."""


def read(path: Path, _options: ImportOptions) -> ArrayFile:
    """Read every dataset, named by its path; units and dimension scales where the file has them."""
    return ArrayFile(path, datasets(path, "HDF5"))


def datasets(path: Path, what: str, *, of_matlab: bool = False) -> dict[str, FileArray]:
    """Read all datasets of an HDF5 file; MATLAB's axes are turned back into MATLAB's order."""
    h5py = library("h5py", "h5py", path)
    found: dict[str, FileArray] = {}

    def take(name: str, item: h5py.Dataset) -> None:
        is_array = isinstance(item, h5py.Dataset) and item.shape is not None
        if is_array and not name.startswith(_OF_MATLAB):
            found[name] = _array(item, of_matlab=of_matlab)

    with read_errors(path, what), h5py.File(path, "r") as file:
        file.visititems(take)
    return without_empty(found)


def _array(item: h5py.Dataset, *, of_matlab: bool) -> FileArray:
    values = np.asarray(item.asstr()[()] if item.dtype.kind == "O" and _is_text(item) else item[()])
    if of_matlab:
        return FileArray(values.T)
    scales = tuple(
        str(dim[0].name).rpartition("/")[2] if len(dim) else str(dim.label or "") for dim in item.dims
    )
    return FileArray(values, units_among(item.attrs.items()), scales if all(scales) else ())


def _is_text(item: h5py.Dataset) -> bool:
    import h5py

    return h5py.check_string_dtype(item.dtype) is not None
