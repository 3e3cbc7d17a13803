"""Write imported trials as a run like any other, with what was stated about it."""

from pathlib import Path

import numpy as np
from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.imported_trials import ImportedTrials
from nado_lab.lab.store.imports.names import tidy
from nado_lab.lab.store.imports.options import ImportOptions
from nado_lab.lab.store.imports.tables import Table
from nado_lab.lab.store.layout import ELAPSED, NUMBER, PRIMARY
from nado_lab.lab.store.metadata import ParameterRecord, ProtocolRecord, RunMetadata, Status, code_version
from nado_lab.lab.store.writer import RunWriter
from nado_lab.outliers import limits, most_glitches
from nado_lab.port import Port, drives_of
from nado_lab.protocols.columns import Column, Coordinate, common_unit
from nado_lab.units import to_si


def write_trials(trials: ImportedTrials, out: str | Path, options: ImportOptions) -> None:
    """Write trials with the drive scaled to [-1, 1] and the input kept in SI units beside it."""
    ports = _ports(trials, options)
    port_units = [port.unit for port in ports]
    input_units = common_unit(port_units)
    given = trials.input * np.array([to_si(unit)[1] for unit in trials.input_units])
    channel_units, channel_si = zip(*map(to_si, trials.readout_units), strict=True)
    readout_units, readout_si = common_unit(channel_units), np.array(channel_si)
    _, steps, count = given.shape
    channels = trials.readout.shape[2]
    columns = [
        Column("sequence", dtype="int64", is_coordinate=True),
        Column("repeat", dtype="int64", is_coordinate=True),
        Column("drive", ("step", "port"), (steps, count), description="input scaled to [-1, 1]"),
        Column(
            "input",
            ("step", "port"),
            (steps, count),
            units=input_units,
            description="as applied",
        ),
        Column("readout", ("step", "channel"), (steps, channels), units=readout_units),
    ]
    block: dict[str, np.ndarray] = {
        "sequence": trials.sequence,
        "repeat": trials.repeat,
        "drive": drives_of(ports, given),
        "input": given,
        "readout": trials.readout * readout_si,
    }
    if trials.held_out is not None:
        columns.append(Column("held_out", dtype="bool", is_coordinate=True, description="not for fitting"))
        block["held_out"] = trials.held_out
    if trials.initial is not None:
        columns.append(Column("initial", ("channel",), (channels,), units=readout_units))
        block["initial"] = trials.initial * readout_si
    if trials.waveform is not None:
        shape = trials.waveform.shape[1:]
        columns.append(Column("waveform", ("step", "sample", "contact"), shape, units=readout_units))
        block["waveform"] = trials.waveform * _per_contact(readout_si, shape[-1])
    labels = [Coordinate("channel", trials.channels)]
    if len(set(channel_units)) > 1:
        labels.append(Coordinate("channel_units", channel_units, dim="channel"))
    if trials.channel_axis is not None:
        labels.append(trials.channel_axis)
    labels.append(Coordinate("port", tuple(port.name for port in ports)))
    if len(set(port_units)) > 1:
        labels.append(Coordinate("port_units", tuple(port_units), dim="port"))
    notes = {
        **trials.notes,
        "ports": [port.to_json() for port in ports],
        "step_s": options.step_seconds or trials.step_s,
    }
    metadata = _metadata(trials.files, options, notes, trials.sample)
    writer = RunWriter.create(out, metadata, {PRIMARY: columns}, labels)
    writer.append_block(PRIMARY, block)
    writer.finalise(Status.COMPLETE)


def write_table(table: Table, out: str | Path, file: Path, options: ImportOptions) -> None:
    """Write a table of scalars: one row a record."""
    names = {str(name): _free_name(str(name)) for name in table.frame.columns}
    columns = [Column(new, dtype="float64", units=table.units.get(old) or "1") for old, new in names.items()]
    metadata = _metadata((file.name,), options, dict(table.notes))
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


def _metadata(
    files: tuple[str, ...], options: ImportOptions, notes: JsonObject, sample: str = ""
) -> RunMetadata:
    stated = {
        "samples_per_step": options.samples_per_step,
        "field_cycle": options.field_cycle,
        "readout": options.readout.value if options.samples_per_step else None,
        "drives_from": list(options.drives),
        "channels_from": [each.column for each in options.channels],
    }
    notes = {name: value for name, value in {**notes, **stated}.items() if value}
    return RunMetadata(
        sample=options.sample or sample, code=code_version(), notes={"imported_from": list(files), **notes}
    )


def _per_contact(factors: np.ndarray, contacts: int) -> np.ndarray:
    """Give what takes each contact's samples to SI: as of the channels, where there is one a contact."""
    return factors if len(factors) == contacts else factors[:1]


def _ports(trials: ImportedTrials, options: ImportOptions) -> tuple[Port, ...]:
    """Say what -1 and 1 stand for at each port: as the file tells or as stated, else what the data span."""
    if trials.ports:
        return trials.ports
    names = zip(trials.port_names, trials.input_units, strict=True)
    _refuse_one_window(trials, options)
    return tuple(_port(name, unit, at, trials, options) for at, (name, unit) in enumerate(names))


def _port(name: str, shown: str, at: int, trials: ImportedTrials, options: ImportOptions) -> Port:
    unit, factor = to_si(shown)
    low, high = (end * factor for end in _window(name, at, trials, options))
    try:
        return Port(name, unit, low, high, shown="" if factor == 1 else shown)
    except ValueError as error:
        raise StoreError(f"--drive {name}: {error}") from error


def _window(name: str, at: int, trials: ImportedTrials, options: ImportOptions) -> tuple[float, float]:
    """Give the input that -1 and 1 stand for at one port, in the units of the file."""
    inputs = trials.input[:, :, at]
    own = options.ports[at] if len(options.ports) == trials.input.shape[2] else None
    stated = [
        options.drive_low if own is None or own.low is None else own.low,
        options.drive_high if own is None or own.high is None else own.high,
    ]
    usual = _without_glitches(inputs)
    low = float(usual.min()) if stated[0] is None else stated[0]
    high = float(usual.max()) if stated[1] is None else stated[1]
    if low == high and stated == [None, None]:
        low, high = low - 1.0, high + 1.0
    if not low < high:
        where = f" of port {name}" if trials.input.shape[2] > 1 else ""
        raise StoreError(
            f"the drive range{where} {low} to {high} is empty; give --drive-low and --drive-high"
        )
    return low, high


def _without_glitches(inputs: np.ndarray) -> np.ndarray:
    """Return the inputs that are numbers and no glitches: one such would stretch the window of all others."""
    known = inputs[np.isfinite(inputs)]
    low, high = limits(known[:, None])
    usual = known[(known >= low) & (known <= high)]
    return usual if len(known) - len(usual) <= most_glitches(len(known)) else known


def _refuse_one_window(trials: ImportedTrials, options: ImportOptions) -> None:
    """Refuse one window for drives of different units."""
    stated = options.drive_low is not None or options.drive_high is not None
    if stated and len(set(trials.input_units)) > 1:
        raise StoreError(
            f"--drive-low and --drive-high are one window for drives of different units "
            f"({', '.join(trials.input_units)}): state low and high of each port in a file (--map)"
        )
