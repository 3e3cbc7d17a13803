"""numpy archives: train/test sets, field and spectrum, repeats of a spectrum."""

from pathlib import Path

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports import train_test
from nado_lab.lab.store.imports.imported_trials import ImportedTrials
from nado_lab.lab.store.imports.options import ImportOptions

Arrays = dict[str, np.ndarray]


def read(path: Path, options: ImportOptions) -> ImportedTrials:
    """Read one .npz file by the keys it holds."""
    arrays = _load(path)
    for keys, reader in _LAYOUTS.items():
        if set(keys) <= set(arrays):
            try:
                return reader(path.name, arrays, options)
            except StoreError as error:
                raise StoreError(f"{path}: {error}") from error
    known = "; ".join(" + ".join(keys) for keys in _LAYOUTS)
    raise StoreError(f"{path} holds {', '.join(arrays)}; expected the keys {known}")


def _load(path: Path) -> Arrays:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except FileNotFoundError as error:
        raise StoreError(f"{path} does not exist") from error
    except Exception as error:  # a truncated or hostile archive fails in many ways
        raise StoreError(f"{path} cannot be read as an .npz of plain arrays: {error}") from error


def _field_and_spectrum(file: str, arrays: Arrays, options: ImportOptions) -> ImportedTrials:
    """Read one sequence: field_oe (step,) and spectrum (step, channel)."""
    return ImportedTrials(
        files=(file,),
        input=arrays["field_oe"].astype(float)[None, :, None],
        readout=arrays["spectrum"].astype(float)[None],
        sequence=np.zeros(1, int),
        repeat=np.zeros(1, int),
        input_units=options.drive_units or "Oe",
        readout_units=(options.readout_units or "1",),
    )


def _repeated_spectrum(file: str, arrays: Arrays, options: ImportOptions) -> ImportedTrials:
    """Read repeats of one unknown input: spectrum (repeat, channel, step); the step index is the drive."""
    spectrum = arrays["spectrum"]
    if spectrum.ndim != 3:
        raise StoreError(
            f"spectrum without field_oe must be (repeat, channel, step); its shape is {spectrum.shape}"
        )
    repeats, _, steps = spectrum.shape
    return ImportedTrials(
        files=(file,),
        input=np.tile(np.arange(steps, dtype=float)[None, :, None], (repeats, 1, 1)),
        readout=spectrum.transpose(0, 2, 1).astype(float),
        sequence=np.zeros(repeats, int),
        repeat=np.arange(repeats),
        input_units="1",
        readout_units=(options.readout_units or "1",),
        notes={"drive": "the step index: the file does not hold the input"},
    )


_LAYOUTS = {
    train_test.TRAIN: train_test.read,
    ("field_oe", "spectrum"): _field_and_spectrum,
    ("spectrum",): _repeated_spectrum,
}
