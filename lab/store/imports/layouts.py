"""Arrays whose names say what they are: train/test sets, field and spectrum, repeats of a spectrum."""

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports import train_test
from nado_lab.lab.store.imports.array_file import ArrayFile, listed
from nado_lab.lab.store.imports.imported_trials import ImportedTrials
from nado_lab.lab.store.imports.options import ImportOptions
from nado_lab.protocols.columns import Coordinate

Arrays = dict[str, np.ndarray]
FREQUENCIES = {"frequency_hz": 1.0, "frequency_mhz": 1e6, "frequency_ghz": 1e9}


def read(file: ArrayFile, options: ImportOptions) -> ImportedTrials:
    """Read a file by the names of the arrays that it holds."""
    arrays = {name: each.values for name, each in file.arrays.items()}
    for keys, reader in _LAYOUTS.items():
        if set(keys) <= set(arrays):
            try:
                return reader(file.path.name, arrays, options)
            except StoreError as error:
                raise StoreError(f"{file.path}: {error}") from error
    known = "; ".join(" + ".join(keys) for keys in _LAYOUTS)
    raise StoreError(
        f"{file.path} holds {listed(file.arrays)}; expected the keys {known}, "
        "or say what they are with --drive and --channel (or --map)"
    )


def _field_and_spectrum(file: str, arrays: Arrays, options: ImportOptions) -> ImportedTrials:
    """Read one sequence: field_oe (step,) and spectrum (step, channel)."""
    return ImportedTrials(
        files=(file,),
        input=arrays["field_oe"].astype(float)[None, :, None],
        readout=arrays["spectrum"].astype(float)[None],
        sequence=np.zeros(1, int),
        repeat=np.zeros(1, int),
        input_units=(options.drive_units or "Oe",),
        readout_units=(options.readout_units or "1",),
        channel_axis=_frequencies(arrays),
    )


def _frequencies(arrays: Arrays) -> Coordinate | None:
    """Read what the channels of a spectrum lie along, where the file holds frequency_hz, _mhz or _ghz."""
    for name, factor in FREQUENCIES.items():
        if name in arrays:
            places = tuple((factor * arrays[name].astype(float).reshape(-1)).tolist())
            if len(places) != arrays["spectrum"].shape[-1]:
                channels = arrays["spectrum"].shape[-1]
                raise StoreError(f"{name} holds {len(places)} values for {channels} channels of the spectrum")
            return Coordinate("frequency", places, units="Hz", dim="channel")
    return None


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
        readout_units=(options.readout_units or "1",),
        notes={"drive": "the step index: the file does not hold the input"},
    )


_LAYOUTS = {
    train_test.TRAIN: train_test.read,
    ("field_oe", "spectrum"): _field_and_spectrum,
    ("spectrum",): _repeated_spectrum,
}
