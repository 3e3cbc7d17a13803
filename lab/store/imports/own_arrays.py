"""What `nado runs export` wrote as netCDF or npz: drive and readout of trials, and what they stood for."""

import json

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.export import UNITS
from nado_lab.lab.store.imports.array_file import ArrayFile
from nado_lab.lab.store.imports.imported_trials import ImportedTrials, unnamed
from nado_lab.lab.store.metadata import RunMetadata
from nado_lab.lab.store.ports import ports_of
from nado_lab.lab.store.trials import step_seconds
from nado_lab.port import Port, inputs_of
from nado_lab.protocols.columns import Coordinate

RANKS = {"drive": 3, "readout": 3, "initial": 2, "waveform": 4}


def read(file: ArrayFile) -> ImportedTrials:
    """Read the trials of an exported run back."""
    metadata = _metadata(file)
    arrays = {name: _values(file, name) for name in RANKS if name in file.arrays}
    if missing := [name for name in ("drive", "readout") if name not in arrays]:
        raise StoreError(f"{file.path} was exported from a run without {missing[0]}; it holds no trials")
    trials, _, ports = arrays["drive"].shape
    known = ports_of(metadata)
    if len(known) != ports:
        known = tuple(Port(name, "1", -1.0, 1.0) for name in unnamed(ports))
    units = _units(file)
    return ImportedTrials(
        files=(file.path.name,),
        input=inputs_of(known, arrays["drive"]),
        readout=arrays["readout"],
        sequence=_column(file, "sequence", trials, np.arange(trials)),
        repeat=_column(file, "repeat", trials, np.zeros(trials, int)),
        held_out=_held_out(file, trials),
        initial=arrays.get("initial"),
        waveform=arrays.get("waveform"),
        input_units=tuple(port.unit or "1" for port in known),
        readout_units=_channel_units(file, units, arrays["readout"].shape[2]),
        channels=_channels(file, arrays["readout"].shape[2]),
        channel_axis=_axis(file, units),
        ports=known,
        step_s=step_seconds(metadata),
        sample=metadata.sample,
        notes={"nado_run": metadata.run_id},
    )


def _metadata(file: ArrayFile) -> RunMetadata:
    try:
        return RunMetadata.model_validate(json.loads(file.run))
    except ValueError as error:
        told = " ".join(str(error).split())[:120]
        raise StoreError(f"{file.path}: the description of its run is damaged ({told})") from error


def _values(file: ArrayFile, name: str) -> np.ndarray:
    values = file.arrays[name].values
    if values.ndim == RANKS[name] + 1 and name in ("drive", "readout"):
        raise StoreError(f"{file.path} holds devices side by side; copy the run itself instead of an export")
    if values.ndim != RANKS[name]:
        raise StoreError(f"{file.path}: {name} has {values.ndim} axes; expected {RANKS[name]}")
    return values.astype(float)


def _column(file: ArrayFile, name: str, trials: int, otherwise: np.ndarray) -> np.ndarray:
    values = file.arrays[name].values if name in file.arrays else otherwise
    if values.shape != (trials,):
        raise StoreError(f"{file.path}: {name} has the shape {values.shape}; expected one a trial")
    return values.astype(int)


def _held_out(file: ArrayFile, trials: int) -> np.ndarray | None:
    if "held_out" not in file.arrays:
        return None
    return _column(file, "held_out", trials, np.zeros(trials, int)).astype(bool)


def _units(file: ArrayFile) -> dict[str, str]:
    """Return the units of the columns: of the arrays, or as an .npz keeps them beside."""
    units = {name: array.units for name, array in file.arrays.items()}
    if UNITS in file.arrays:
        units |= json.loads(str(file.arrays[UNITS].values))
    return units


def _channel_units(file: ArrayFile, units: dict[str, str], count: int) -> tuple[str, ...]:
    own = file.arrays.get("channel_units")
    if own is not None and own.values.shape == (count,):
        return tuple(map(str, own.values))
    return (units.get("readout") or "1",)


def _channels(file: ArrayFile, count: int) -> tuple[str, ...]:
    named = file.arrays.get("channel")
    return tuple(map(str, named.values)) if named is not None and named.values.shape == (count,) else ()


def _axis(file: ArrayFile, units: dict[str, str]) -> Coordinate | None:
    """Return what the channels lie along (frequencies), where the file says so."""
    for name, array in file.arrays.items():
        if array.axes == ("channel",) and array.values.dtype.kind == "f":
            return Coordinate(name, tuple(map(float, array.values)), units.get(name, ""), dim="channel")
    return None
