"""numpy archives."""

from pathlib import Path

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.array_file import ArrayFile, FileArray
from nado_lab.lab.store.imports.options import ImportOptions

RUN = "metadata"


def read(path: Path, _options: ImportOptions) -> ArrayFile:
    """Read one .npz file; `nado runs export` keeps the description of the run in it."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except FileNotFoundError as error:
        raise StoreError(f"{path} does not exist") from error
    except Exception as error:  # a truncated or hostile archive fails in many ways
        raise StoreError(f"{path} cannot be read as an .npz of plain arrays: {error}") from error
    run = str(arrays.pop(RUN)) if RUN in arrays and arrays[RUN].dtype.kind == "U" else ""
    return ArrayFile(path, {name: FileArray(values) for name, values in arrays.items()}, run)
