"""Write imported material as a run like any other, with what was stated about it."""

from pathlib import Path
from typing import Any

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.material import SI, Options, TrialMaterial
from nado_lab.lab.store.imports.tables import Table, tidy
from nado_lab.lab.store.layout import ELAPSED, NUMBER, PRIMARY
from nado_lab.lab.store.metadata import ParameterRecord, ProtocolRecord, RunMetadata, Status, code_version
from nado_lab.lab.store.writer import RunWriter
from nado_lab.protocols.columns import Column, Coordinate


def write_trials(material: TrialMaterial, out: str | Path, files: list[Path], options: Options) -> None:
    """Write trials with the drive scaled to [-1, 1] and the stimulus kept in SI units beside it."""
    low, high = _range(material, options)
    stimulus_units, to_si = SI.get(material.stimulus_units, (material.stimulus_units, 1.0))
    readout_units, readout_si = SI.get(material.readout_units, (material.readout_units, 1.0))
    _, steps, ports = material.stimulus.shape
    channels = material.readout.shape[2]
    columns = [
        Column("sequence", dtype="int64", is_coordinate=True),
        Column("repeat", dtype="int64", is_coordinate=True),
        Column("drive", ("step", "port"), (steps, ports), description="input scaled to [-1, 1]"),
        Column("input", ("step", "port"), (steps, ports), units=stimulus_units, description="as applied"),
        Column("readout", ("step", "channel"), (steps, channels), units=readout_units),
    ]
    block: dict[str, Any] = {
        "sequence": material.sequence,
        "repeat": material.repeat,
        "drive": (material.stimulus - (high + low) / 2) / ((high - low) / 2),
        "input": material.stimulus * to_si,
        "readout": material.readout * readout_si,
    }
    if material.held_out is not None:
        columns.append(Column("held_out", dtype="bool", is_coordinate=True, description="not for fitting"))
        block["held_out"] = material.held_out
    if material.waveform is not None:
        shape = material.waveform.shape[1:]
        columns.append(Column("waveform", ("step", "sample", "contact"), shape, units=readout_units))
        block["waveform"] = material.waveform * readout_si
    names = material.channels or tuple(f"c{number:03d}" for number in range(channels))
    drive_map = {"low": low, "high": high, "units": material.stimulus_units}
    metadata = _metadata(files, options, {**material.notes, "drive_map": drive_map})
    writer = RunWriter.create(out, metadata, {PRIMARY: columns}, (Coordinate("channel", names),))
    writer.append_block(PRIMARY, block)
    writer.finalise(Status.COMPLETE)


def write_table(table: Table, out: str | Path, files: list[Path], options: Options) -> None:
    """Write a table of scalars: one row a record."""
    names = {str(name): _free_name(str(name)) for name in table.frame.columns}
    columns = [Column(new, dtype="float64", units=table.units.get(old) or "1") for old, new in names.items()]
    metadata = _metadata(files, options, {})
    if table.procedure:
        parameters = {name: ParameterRecord(value=value) for name, value in table.parameters.items()}
        metadata.protocol = ProtocolRecord(name=table.procedure, parameters=parameters)
    writer = RunWriter.create(out, metadata, {PRIMARY: columns})
    block = {names[str(name)]: column.to_numpy(float) for name, column in table.frame.items()}
    writer.append_block(PRIMARY, block)
    writer.finalise(Status.COMPLETE)


def _free_name(name: str) -> str:
    """Give a column another name where every run has one of that name (trial, elapsed)."""
    return f"file_{name}" if name in (NUMBER.name, ELAPSED.name) else tidy(name)


def _metadata(files: list[Path], options: Options, notes: dict[str, Any]) -> RunMetadata:
    stated = {
        "samples_per_step": options.samples_per_step,
        "step_seconds": options.step_seconds,
        "field_cycle": options.field_cycle,
        "readout": options.readout if options.samples_per_step else None,
    }
    notes = {**notes, **{name: value for name, value in stated.items() if value}}
    return RunMetadata(
        sample=options.sample, code=code_version(), notes={"imported_from": [p.name for p in files], **notes}
    )


def _range(material: TrialMaterial, options: Options) -> tuple[float, float]:
    """Give the stimulus that -1 and 1 stand for: as stated, else what the data span."""
    low = float(np.min(material.stimulus)) if options.drive_low is None else options.drive_low
    high = float(np.max(material.stimulus)) if options.drive_high is None else options.drive_high
    if low == high and options.drive_low is None and options.drive_high is None:
        low, high = low - 1.0, high + 1.0
    if not low < high:
        raise StoreError(f"the drive range {low} to {high} is empty; give --drive-low and --drive-high")
    return low, high
