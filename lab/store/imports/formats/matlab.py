"""MATLAB files: version 5 by scipy, version 7.3 (which is HDF5) by h5py."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.array_file import ArrayFile, FileArray, read_errors, without_empty
from nado_lab.lab.store.imports.formats import hdf5
from nado_lab.lab.store.imports.options import ImportOptions

HEAD = 128
"""Bytes of text and version that a file of version 5 or 7.3 begins with (MAT-File Format, MathWorks)."""


def read(path: Path, _options: ImportOptions) -> ArrayFile:
    """Read every array, those of a structure as `structure.field`; vectors lose MATLAB's second axis."""
    with read_errors(path, "a MATLAB file"):
        is_hdf5 = b"MATLAB 7.3" in path.read_bytes()[:HEAD]
    arrays = hdf5.datasets(path, "MATLAB 7.3", of_matlab=True) if is_hdf5 else _version_5(path)
    named = {name.replace("/", "."): FileArray(_vector(array.values)) for name, array in arrays.items()}
    return ArrayFile(path, named)


def _version_5(path: Path) -> dict[str, FileArray]:
    from scipy.io import loadmat

    with read_errors(path, "a MATLAB file"):
        try:
            content = loadmat(path, simplify_cells=True)
        except NotImplementedError as error:
            raise StoreError(f"{path}: {error}") from error
        plain = {name: value for name, value in content.items() if not name.startswith("__")}
        return without_empty({name: FileArray(values) for name, values in _flat(plain)})


def _flat(content: Mapping[str, object], above: str = "") -> Iterator[tuple[str, np.ndarray]]:
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        elif (array := np.asarray(value)).dtype.kind != "O":
            yield f"{above}{name}", array


def _vector(values: np.ndarray) -> np.ndarray:
    return values.reshape(-1) if values.ndim == 2 and 1 in values.shape else values
