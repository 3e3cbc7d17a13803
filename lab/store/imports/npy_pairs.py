"""Pairs of .npy files: Input_Fields_sigN.npy (1, steps) with Measured_signals_sigN.npy
(1, repeats, channels, samples).
"""

from pathlib import Path

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.fold import fold
from nado_lab.lab.store.imports.imported_trials import ImportedTrials
from nado_lab.lab.store.imports.options import ImportOptions

INPUT, OUTPUT = "Input_Fields_", "Measured_signals_"


def partners(files: list[Path]) -> list[tuple[Path, Path]]:
    """Pair inputs with outputs; naming either of a pair is enough."""
    pairs = set()
    for path in files:
        for mark in (INPUT, OUTPUT):
            if path.name.startswith(mark):
                tail = path.name.removeprefix(mark)
                pairs.add((path.with_name(INPUT + tail), path.with_name(OUTPUT + tail)))
                break
        else:
            raise StoreError(f"{path}: expected a name like {INPUT}sig1.npy or {OUTPUT}sig1.npy")
    return sorted(pairs)


def read(pair: tuple[Path, Path], options: ImportOptions) -> ImportedTrials:
    """Read one pair; the field's units and the samples a step must be stated."""
    fields, signals = (_load(path) for path in pair)
    if not options.drive_units:
        raise StoreError(f"{pair[0]} does not say its units: give --drive-units, for example Oe")
    fields = fields.reshape(-1)
    if signals.ndim != 4 or signals.shape[0] != 1:
        raise StoreError(f"{pair[1]} must be (1, repeats, channels, samples); its shape is {signals.shape}")
    samples = signals[0].transpose(0, 2, 1)
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


def _load(path: Path) -> np.ndarray:
    try:
        return np.asarray(np.load(path, allow_pickle=False), dtype=float)
    except FileNotFoundError as error:
        raise StoreError(f"{path} is missing: inputs and signals come in pairs") from error
    except Exception as error:
        raise StoreError(f"{path} cannot be read as a plain .npy array: {error}") from error
