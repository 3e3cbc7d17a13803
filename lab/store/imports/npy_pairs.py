"""Pairs of .npy files: Input_Fields_sigN.npy (1, steps) with Measured_signals_sigN.npy
(1, repeats, channels, samples). Sets of them are larger than memory: one pair is read at a time.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.fold import fold
from nado_lab.lab.store.imports.imported_trials import ImportedTrials
from nado_lab.lab.store.imports.options import ImportOptions
from nado_lab.lab.store.imports.write import usual_window, write_parts

INPUT, OUTPUT = "Input_Fields_", "Measured_signals_"
COMPARED = 1 << 16
"""Bytes from either end of the signals that are compared to tell a copy: noise makes any of them unique."""

Pair = tuple[Path, Path]


def partners(files: list[Path]) -> list[Pair]:
    """Pair inputs with outputs, in the order of their numbers; naming either of a pair is enough."""
    pairs = set()
    for path in files:
        for mark in (INPUT, OUTPUT):
            if path.name.startswith(mark):
                tail = path.name.removeprefix(mark)
                pairs.add((path.with_name(INPUT + tail), path.with_name(OUTPUT + tail)))
                break
        else:
            raise StoreError(f"{path}: expected a name like {INPUT}sig1.npy or {OUTPUT}sig1.npy")
    return sorted(pairs, key=lambda pair: _by_number(str(pair[0])))


def import_pairs(files: list[Path], out: str | Path, options: ImportOptions) -> None:
    """Write pairs as one run, one pair in memory at a time; a copy of a pair counts once, and is noted.

    Where no window is stated, -1 and 1 stand for the ends of all inputs together.
    """
    pairs, again = _distinct(partners(files))
    options = _with_window(pairs, options)
    names = tuple(path.name for pair in pairs for path in pair)
    write_parts((read(pair, options) for pair in pairs), names, again, out, options)


def read(pair: Pair, options: ImportOptions) -> ImportedTrials:
    """Read one pair; the field's units and the samples a step must be stated."""
    fields, signals = _fields(pair), _load(pair[1])
    if not options.drive_units:
        raise StoreError(f"{pair[0]} does not say its units: give --drive-units, for example Oe")
    if signals.ndim != 4 or signals.shape[0] != 1:
        raise StoreError(f"{pair[1]} must be (1, repeats, channels, samples); its shape is {signals.shape}")
    samples = np.asarray(signals[0], dtype=float).transpose(0, 2, 1)
    readout, wave, belongs = fold(samples, len(fields), options)
    repeats = len(samples)
    return ImportedTrials(
        files=(pair[0].name, pair[1].name),
        input=np.tile(fields[belongs][None, :, None], (repeats, 1, 1)),
        readout=readout,
        sequence=np.zeros(repeats, int),
        repeat=np.arange(repeats),
        waveform=wave,
        input_units=(options.drive_units,),
        readout_units=(options.readout_units or "1",),
    )


def _with_window(pairs: Sequence[Pair], options: ImportOptions) -> ImportOptions:
    """State the window of all inputs, where none is stated."""
    low, high = usual_window(np.concatenate([_fields(pair) for pair in pairs]))
    if low == high:
        return options
    return replace(
        options,
        drive_low=low if options.drive_low is None else options.drive_low,
        drive_high=high if options.drive_high is None else options.drive_high,
    )


def _distinct(pairs: list[Pair]) -> tuple[list[Pair], dict[str, str]]:
    """Keep each measurement once; note which pairs hold what another holds."""
    kept: dict[bytes, Pair] = {}
    again: dict[str, str] = {}
    for pair in pairs:
        signals = _load(pair[1])
        told = hashlib.sha256(_fields(pair).tobytes() + str(signals.shape).encode())
        ends = signals.reshape(-1)
        for part in (ends[:COMPARED], ends[-COMPARED:]):
            told.update(np.ascontiguousarray(part).tobytes())
        earlier = kept.setdefault(told.digest(), pair)
        if earlier is not pair:
            again[f"left out of {pair[1].name}"] = f"all of it: {earlier[1].name} holds the same"
    return list(kept.values()), again


def _fields(pair: Pair) -> np.ndarray:
    return np.asarray(_load(pair[0]), dtype=float).reshape(-1)


def _load(path: Path) -> np.ndarray:
    """Open an array where it lies: what is read of it comes into memory."""
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError as error:
        raise StoreError(f"{path} is missing: inputs and signals come in pairs") from error
    except Exception as error:
        raise StoreError(f"{path} cannot be read as a plain .npy array: {error}") from error


def _by_number(name: str) -> list[tuple[bool, int, str]]:
    """Order sig2 before sig10."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", name)]
