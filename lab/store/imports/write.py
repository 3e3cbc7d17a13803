"""Write imported trials as a run like any other, with what was stated about it."""

from pathlib import Path

import numpy as np
from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.imported_trials import ImportedTrials
from nado_lab.lab.store.imports.options import ImportOptions
from nado_lab.lab.store.imports.tables import Table, tidy
from nado_lab.lab.store.layout import ELAPSED, NUMBER, PRIMARY
from nado_lab.lab.store.metadata import ParameterRecord, ProtocolRecord, RunMetadata, Status, code_version
from nado_lab.lab.store.writer import RunWriter
from nado_lab.port import UNNAMED, Port, drives_of
from nado_lab.protocols.columns import Column, Coordinate, common_unit
from nado_lab.units import to_si


def write_trials(trials: ImportedTrials, out: str | Path, options: ImportOptions) -> None:
    """Write trials with the drive scaled to [-1, 1] and the input kept in SI units beside it."""
    input_units, input_si = to_si(trials.input_units)
    ports = _ports(trials, options)
    channel_units, channel_si = zip(*map(to_si, trials.readout_units), strict=True)
    readout_units, readout_si = common_unit(channel_units), np.array(channel_si)
    _, steps, count = trials.input.shape
    channels = trials.readout.shape[2]
    columns = [
        Column("sequence", dtype="int64", is_coordinate=True),
        Column("repeat", dtype="int64", is_coordinate=True),
        Column("drive", ("step", "port"), (steps, count), description="input scaled to [-1, 1]"),
        Column("input", ("step", "port"), (steps, count), units=input_units, description="as applied"),
        Column("readout", ("step", "channel"), (steps, channels), units=readout_units),
    ]
    block: dict[str, np.ndarray] = {
        "sequence": trials.sequence,
        "repeat": trials.repeat,
        "drive": drives_of(ports, trials.input * input_si),
        "input": trials.input * input_si,
        "readout": trials.readout * readout_si,
    }
    if trials.held_out is not None:
        columns.append(Column("held_out", dtype="bool", is_coordinate=True, description="not for fitting"))
        block["held_out"] = trials.held_out
    if trials.waveform is not None:
        shape = trials.waveform.shape[1:]
        columns.append(Column("waveform", ("step", "sample", "contact"), shape, units=readout_units))
        block["waveform"] = trials.waveform * readout_si
    labels = [Coordinate("channel", trials.channels)]
    if len(set(channel_units)) > 1:
        labels.append(Coordinate("channel_units", channel_units, dim="channel"))
    labels.append(Coordinate("port", tuple(port.name for port in ports)))
    notes = {
        **trials.notes,
        "ports": [port.to_json() for port in ports],
        "step_s": options.step_seconds or trials.step_s,
    }
    metadata = _metadata(trials.files, options, notes)
    writer = RunWriter.create(out, metadata, {PRIMARY: columns}, labels)
    writer.append_block(PRIMARY, block)
    writer.finalise(Status.COMPLETE)


def write_table(table: Table, out: str | Path, file: Path, options: ImportOptions) -> None:
    """Write a table of scalars: one row a record."""
    names = {str(name): _free_name(str(name)) for name in table.frame.columns}
    columns = [Column(new, dtype="float64", units=table.units.get(old) or "1") for old, new in names.items()]
    metadata = _metadata((file.name,), options, {})
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


def _metadata(files: tuple[str, ...], options: ImportOptions, notes: JsonObject) -> RunMetadata:
    stated = {
        "samples_per_step": options.samples_per_step,
        "field_cycle": options.field_cycle,
        "readout": options.readout.value if options.samples_per_step else None,
    }
    notes = {name: value for name, value in {**notes, **stated}.items() if value}
    return RunMetadata(
        sample=options.sample, code=code_version(), notes={"imported_from": list(files), **notes}
    )


def _ports(trials: ImportedTrials, options: ImportOptions) -> tuple[Port, ...]:
    """Say what -1 and 1 stand for at each port: as stated, else what the data span there."""
    unit, factor = to_si(trials.input_units)
    count = trials.input.shape[2]
    names = [UNNAMED] if count == 1 else [f"{UNNAMED}_{at}" for at in range(count)]
    windows = [_range(trials.input[:, :, at], options) for at in range(count)]
    return tuple(
        Port(name, unit, low * factor, high * factor, shown="" if factor == 1 else trials.input_units)
        for name, (low, high) in zip(names, windows, strict=True)
    )


def _range(inputs: np.ndarray, options: ImportOptions) -> tuple[float, float]:
    """Give the input that -1 and 1 stand for, in the units of the file."""
    low = float(np.min(inputs)) if options.drive_low is None else options.drive_low
    high = float(np.max(inputs)) if options.drive_high is None else options.drive_high
    if low == high and options.drive_low is None and options.drive_high is None:
        low, high = low - 1.0, high + 1.0
    if not low < high:
        raise StoreError(f"the drive range {low} to {high} is empty; give --drive-low and --drive-high")
    return low, high
