"""Arrange named arrays as trials: what each axis counts is stated, in the file, or follows from sizes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.array_file import NUMBERS, ArrayFile, FileArray, listed
from nado_lab.lab.store.imports.axes import Axes, drive_axes, readout_axes
from nado_lab.lab.store.imports.fold import fold
from nado_lab.lab.store.imports.imported_trials import ImportedTrials
from nado_lab.lab.store.imports.options import Axis, ChannelColumn, ImportOptions, PortColumn
from nado_lab.lab.store.imports.table_trials import (
    HELD_OUT,
    REPEAT,
    SEQUENCE,
    channel_names,
    port_names,
    step_seconds,
)

_TRIALS = {True: (Axis.TRIAL,), False: (Axis.SEQUENCE, Axis.REPEAT)}


@dataclass(frozen=True)
class _Named:
    """One array of numbers that was asked for, and what its axes count."""

    name: str
    array: FileArray
    axes: Axes


def read_arrays(file: ArrayFile, options: ImportOptions) -> ImportedTrials:
    """Read the arrays that are named as drives and readouts."""
    if not options.channels:
        raise StoreError(
            f"{file.path}: say which arrays are the readout with --channel; it holds {listed(file.arrays)}"
        )
    drives = [_drive(file, port, options) for port in options.ports]
    channels = [_readout(file, each, drives[0], options) for each in options.channels]
    by_trial = Axis.TRIAL in drives[0].axes
    driven = np.concatenate([_spread(each, by_trial=by_trial, last=Axis.PORT) for each in drives], axis=-1)
    seen = np.concatenate([_spread(each, by_trial=by_trial, last=Axis.CHANNEL) for each in channels], axis=-1)
    driven, seen = _same_repeats(file.path, driven, seen)
    labels = _labels(file, options, seen.shape, by_trial=by_trial)
    given, readout = (each.reshape(-1, *each.shape[-2:]) for each in (driven, seen))
    readout, wave, belongs = _folded(readout, given.shape[1], options)
    given = given[:, belongs] if given.shape[1] < len(belongs) or wave is None else given
    return ImportedTrials(
        files=(file.path.name,),
        input=given,
        readout=readout,
        sequence=labels[SEQUENCE],
        repeat=labels[REPEAT],
        held_out=labels[HELD_OUT].astype(bool) if HELD_OUT in labels else None,
        waveform=wave,
        input_units=_units(drives, [each.units for each in options.ports], Axis.PORT, options.drive_units),
        port_names=_port_names(options.ports, drives),
        readout_units=_units(
            channels, [each.units for each in options.channels], Axis.CHANNEL, options.readout_units
        ),
        channels=_channel_names(file, options.channels, channels),
        step_s=step_seconds(file.sample_s, options),
        notes=dict(file.notes),
    )


def _drive(file: ArrayFile, port: PortColumn, options: ImportOptions) -> _Named:
    name, array = _numbers(file, port.column)
    return _Named(name, array, drive_axes(array, options.axes, f"{file.path}: {name}"))


def _readout(file: ArrayFile, channel: ChannelColumn, drive: _Named, options: ImportOptions) -> _Named:
    name, array = _numbers(file, channel.column)
    sizes = dict(zip(drive.axes, drive.array.values.shape, strict=True))
    per_step = options.samples_per_step or 1
    return _Named(name, array, readout_axes(array, sizes, per_step, options.axes, f"{file.path}: {name}"))


def _numbers(file: ArrayFile, wanted: str) -> tuple[str, FileArray]:
    name = file.find(wanted)
    array = file.arrays[name]
    if array.values.dtype.kind not in NUMBERS or not array.values.ndim:
        what = "one value" if not array.values.ndim else f"{array.values.dtype} values"
        raise StoreError(f"{file.path}: {name} holds {what}; expected an array of real numbers")
    return name, array


def _spread(named: _Named, *, by_trial: bool, last: Axis) -> np.ndarray:
    """Bring an array to (sequence, repeat, step, last), or (trial, step, last); what it lacks is 1 long."""
    order = (*_TRIALS[by_trial], Axis.STEP, last)
    if unknown := set(named.axes) - set(order):
        raise StoreError(f"{named.name} has an axis {unknown.pop()} where the others have {', '.join(order)}")
    there = [axis for axis in order if axis in named.axes]
    values = named.array.values.astype(float).transpose([named.axes.index(axis) for axis in there])
    return np.expand_dims(values, [at for at, axis in enumerate(order) if axis not in named.axes])


def _same_repeats(path: Path, driven: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Let a drive that was played again stand once for all repeats."""
    try:
        heads = np.broadcast_shapes(driven.shape[:-2], seen.shape[:-2])
    except ValueError:
        raise StoreError(
            f"{path}: drives of {' x '.join(map(str, driven.shape[:-2]))} trials do not fit readouts of "
            f"{' x '.join(map(str, seen.shape[:-2]))}"
        ) from None
    return tuple(np.broadcast_to(each, (*heads, *each.shape[-2:])) for each in (driven, seen))  # type: ignore[return-value]


def _labels(
    file: ArrayFile, options: ImportOptions, shape: tuple[int, ...], *, by_trial: bool
) -> dict[str, np.ndarray]:
    """Number the trials: by the file's own columns along trials (or sequences), else through."""
    heads = shape[:-2]
    numbers = np.indices(heads)
    found = {
        SEQUENCE: numbers[0].ravel(),
        REPEAT: (numbers[-1] if len(heads) > 1 else 0 * numbers[0]).ravel(),
    }
    stated = {SEQUENCE: options.sequence, REPEAT: options.repeat, HELD_OUT: options.held_out}
    for label, column in stated.items():
        name = file.find(column) if column else label
        values = file.arrays[name].values if name in file.arrays else np.empty(0)
        if values.shape == heads[:1] and (by_trial or label == HELD_OUT):
            found[label] = np.repeat(values, heads[1] if len(heads) > 1 else 1)
        elif column:
            raise StoreError(f"{file.path}: {name} has {len(values)} numbers; expected one for each trial")
    return {label: values.astype(int) for label, values in found.items()}


def _folded(
    readout: np.ndarray, steps: int, options: ImportOptions
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray]:
    """Fold raw samples into steps, and say to which of the drive's values each step belongs."""
    per = options.samples_per_step
    if not per or per == 1:
        return readout, None, np.arange(readout.shape[1])
    if steps == readout.shape[1]:  # the drive is kept sample by sample, too
        folded, wave, belongs = fold(readout, steps // per, options)
        return folded, wave, belongs * per
    return fold(readout, steps, options)


def _units(named: Sequence[_Named], stated: list[str], last: Axis, of_all: str) -> tuple[str, ...]:
    found = []
    for each, own in zip(named, stated, strict=True):
        found += [own or of_all or each.array.units or "1"] * _width(each, last)
    return tuple(found)


def _width(named: _Named, last: Axis) -> int:
    return named.array.values.shape[named.axes.index(last)] if last in named.axes else 1


def _port_names(ports: tuple[PortColumn, ...], drives: Sequence[_Named]) -> tuple[str, ...]:
    names = port_names(ports)
    widths = [_width(each, Axis.PORT) for each in drives]
    spread = [
        name if width == 1 else f"{name}_{at}"
        for name, width in zip(names, widths, strict=bool(names))
        for at in range(width)
    ]
    return tuple(spread)


def _channel_names(
    file: ArrayFile, asked: tuple[ChannelColumn, ...], channels: Sequence[_Named]
) -> tuple[str, ...]:
    names = channel_names(
        tuple(replace(one, column=each.name) for one, each in zip(asked, channels, strict=True))
    )
    found: list[str] = []
    for name, each in zip(names, channels, strict=True):
        width = _width(each, Axis.CHANNEL)
        known = file.arrays.get(Axis.CHANNEL)
        if known is not None and known.values.shape == (width,) and Axis.CHANNEL in each.axes:
            found += [str(label) for label in known.values]
        else:
            found += [name] if Axis.CHANNEL not in each.axes else [f"{name}_{at}" for at in range(width)]
    return tuple(found)
