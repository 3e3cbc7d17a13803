"""What every file of named arrays is opened as, whatever its format."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.names import find
from nado_lab.lab.store.imports.options import ImportOptions

NUMBERS = "iufb"
_MOST_LISTED = 12


@dataclass(frozen=True)
class FileArray:
    """One array of a file: numbers or text, its units ("" where the file does not say), its axes if named."""

    values: np.ndarray
    units: str = ""
    axes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ArrayFile:
    """The named arrays of one file.

    `run` holds the description of the run of ours that the file was exported from, as JSON; `sample_s` the
    time between two neighbours of its arrays, where it is told.
    """

    path: Path
    arrays: dict[str, FileArray]
    run: str = ""
    sample_s: float | None = None
    notes: dict[str, str] = field(default_factory=dict)

    def find(self, name: str) -> str:
        """Return the one array that is meant by a name: its own, or the end of it."""
        return find(name, self.arrays, self.path, listed(self.arrays))


Reader = Callable[[Path, ImportOptions], ArrayFile]


def listed(arrays: dict[str, FileArray]) -> str:
    """Name arrays with their shapes, for a message."""
    told = [f"{name} ({_shape(array)})" for name, array in arrays.items()]
    more = [f"and {len(told) - _MOST_LISTED} more"] if len(told) > _MOST_LISTED else []
    return ", ".join(told[:_MOST_LISTED] + more) or "no arrays"


def _shape(array: FileArray) -> str:
    return " x ".join(map(str, array.values.shape)) or "one value"


def library(module: str, package: str, path: Path) -> ModuleType:
    """Import the library that reads a file, or say how to install it."""
    try:
        return import_module(module)
    except ImportError as error:
        raise StoreError(
            f"{path}: reading {path.suffix} needs {package}: pip install 'nado-lab[formats]'"
        ) from error


@contextmanager
def read_errors(path: Path, what: str) -> Iterator[None]:
    """Turn whatever a library raises over a damaged or foreign file into one line about it."""
    if not path.exists():
        raise StoreError(f"{path} does not exist")
    if not path.is_file():
        raise StoreError(f"{path} cannot be read as {what}: expected a file")
    try:
        yield
    except StoreError:
        raise
    except Exception as error:  # h5py, xarray, scipy, npTDMS and sqlite raise whatever they meet
        told = " ".join(str(error).split())[:160] or "no reason given"
        raise StoreError(f"{path} cannot be read as {what}: {type(error).__name__}: {told}") from error


def without_empty(arrays: dict[str, FileArray]) -> dict[str, FileArray]:
    """Leave out what holds neither numbers nor text, and what is empty."""
    return {
        name: array
        for name, array in arrays.items()
        if array.values.size and array.values.dtype.kind in f"{NUMBERS}cOUST"
    }


def text(value: object) -> str:
    """Return an attribute as text: bytes, arrays of one, and numbers are what libraries give for it."""
    if isinstance(value, np.ndarray):
        value = value.reshape(-1)[0] if value.size else ""
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)


def units_among(attributes: Iterable[tuple[str, object]]) -> str:
    """Return the units that attributes of an array tell: `units` or `unit`, in any capitals."""
    found = {name.lower(): value for name, value in attributes}
    told = next((text(found[name]) for name in ("units", "unit", "unit_string") if name in found), "")
    return "" if told.strip().lower() in ("", "none", "1") else told.strip()
