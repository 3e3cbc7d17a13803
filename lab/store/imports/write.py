"""Write imported trials as a run like any other, with what was stated about it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.imported_trials import ImportedTrials, refuse_unlike, without_transient
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
    write_parts(iter([trials]), trials.files, trials.notes, out, options)


def write_parts(
    parts: Iterator[ImportedTrials],
    files: tuple[str, ...],
    notes: Mapping[str, object],
    out: str | Path,
    options: ImportOptions,
) -> None:
    """Write one part after the other, so that one is in memory at a time; they come from `files`.

    The window of the ports is that of the first part: state it where the parts' inputs differ. Sequences of
    each part get numbers of their own.
    """
    first = without_transient(next(parts), options)
    ports = _ports(first, options)
    about = {
        **notes,
        "ports": [port.to_json() for port in ports],
        "step_s": options.step_seconds or first.step_s,
    }
    metadata = _metadata(files, options, about, first.sample)
    writer = RunWriter.create(out, metadata, {PRIMARY: _columns(first, ports)}, _labels(first, ports))
    count = 0
    for part in chain([first], (without_transient(part, options) for part in parts)):
        refuse_unlike(first, part)
        block = _block(part, ports)
        writer.append_block(PRIMARY, {**block, "sequence": part.sequence + count})
        count += int(part.sequence.max()) + 1
    writer.finalise(Status.COMPLETE)


def usual_window(inputs: np.ndarray) -> tuple[float, float]:
    """Return the least and the largest input that is no glitch."""
    usual = _without_glitches(inputs)
    return float(usual.min()), float(usual.max())


def _columns(trials: ImportedTrials, ports: Sequence[Port]) -> list[Column]:
    """Declare what is written of each trial."""
    _, steps, count = trials.input.shape
    channels, unit = trials.readout.shape[2], _readout_unit(trials)
    columns = [
        Column("sequence", dtype="int64", is_coordinate=True),
        Column("repeat", dtype="int64", is_coordinate=True),
        Column("drive", ("step", "port"), (steps, count), description="input scaled to [-1, 1]"),
        Column(
            "input",
            ("step", "port"),
            (steps, count),
            units=common_unit([port.unit for port in ports]),
            description="as applied",
        ),
        Column("readout", ("step", "channel"), (steps, channels), units=unit),
    ]
    if trials.held_out is not None:
        columns.append(Column("held_out", dtype="bool", is_coordinate=True, description="not for fitting"))
    if trials.initial is not None:
        columns.append(Column("initial", ("channel",), (channels,), units=unit))
    if trials.waveform is not None:
        shape = trials.waveform.shape[1:]
        columns.append(Column("waveform", ("step", "sample", "contact"), shape, units=unit))
    return columns


def _block(trials: ImportedTrials, ports: Sequence[Port]) -> dict[str, np.ndarray]:
    """Give the values of the columns, in SI units."""
    given = trials.input * np.array([to_si(unit)[1] for unit in trials.input_units])
    factors = np.array([to_si(unit)[1] for unit in trials.readout_units])
    block: dict[str, np.ndarray] = {
        "sequence": trials.sequence,
        "repeat": trials.repeat,
        "drive": drives_of(ports, given),
        "input": given,
        "readout": trials.readout * factors,
    }
    if trials.held_out is not None:
        block["held_out"] = trials.held_out
    if trials.initial is not None:
        block["initial"] = trials.initial * factors
    if trials.waveform is not None:
        block["waveform"] = trials.waveform * _per_contact(factors, trials.waveform.shape[-1])
    return block


def _labels(trials: ImportedTrials, ports: Sequence[Port]) -> list[Coordinate]:
    """Name channels and ports, with units where each has its own."""
    channel_units = tuple(to_si(unit)[0] for unit in trials.readout_units)
    port_units = tuple(port.unit for port in ports)
    labels = [Coordinate("channel", trials.channels)]
    if len(set(channel_units)) > 1:
        labels.append(Coordinate("channel_units", channel_units, dim="channel"))
    if trials.channel_axis is not None:
        labels.append(trials.channel_axis)
    labels.append(Coordinate("port", tuple(port.name for port in ports)))
    if len(set(port_units)) > 1:
        labels.append(Coordinate("port_units", port_units, dim="port"))
    return labels


def _readout_unit(trials: ImportedTrials) -> str:
    return common_unit([to_si(unit)[0] for unit in trials.readout_units])


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
        "band_pass_hz": list(options.band_pass),
        "transient_steps": options.transient,
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
    usual = usual_window(inputs)
    low, high = (end if said is None else said for end, said in zip(usual, stated, strict=True))
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
