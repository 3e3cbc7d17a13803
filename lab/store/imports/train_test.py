"""Archives of a part to fit and a part to test: train_input, train_target, test_input, test_target, dt."""

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.imported_trials import ImportedTrials
from nado_lab.lab.store.imports.options import ImportOptions

AXES = {
    "train_input": ("sequence", "step", "port"),
    "train_target": ("sequence", "step", "channel"),
    "test_input": ("sequence", "step", "port"),
    "test_target": ("sequence", "repeat", "step", "channel"),
}
TRAIN, TEST = tuple(AXES)[:2], tuple(AXES)[2:]


def read(file: str, arrays: dict[str, np.ndarray], options: ImportOptions) -> ImportedTrials:
    """Read single shots to fit and, where they are there, repeats of other inputs, marked as held out."""
    test = [name for name in TEST if name in arrays]
    if len(test) == 1:
        raise StoreError(f"{test[0]} is there without the other one of {' and '.join(TEST)}")
    found = {name: _checked(name, arrays[name]) for name in (*TRAIN, *test)}
    _check_fit(found)
    parts = [_single_shots(*(found[name] for name in TRAIN))]
    if test:
        parts.append(_repeats(*(found[name] for name in TEST), first=len(found["train_input"])))
    given, readout, sequence, repeat = (np.concatenate(each) for each in zip(*parts, strict=True))
    return ImportedTrials(
        files=(file,),
        input=given,
        readout=readout,
        sequence=sequence,
        repeat=repeat,
        held_out=np.arange(len(sequence)) >= len(found["train_input"]) if test else None,
        input_units=(options.drive_units or "1",),
        readout_units=(options.readout_units or "1",),
        step_s=_seconds(arrays["dt"]) if "dt" in arrays else None,
    )


Columns = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _single_shots(given: np.ndarray, target: np.ndarray) -> Columns:
    """Return input, readout, sequence and repeat of sequences measured once."""
    return given, target, np.arange(len(given)), np.zeros(len(given), int)


def _repeats(given: np.ndarray, target: np.ndarray, first: int) -> Columns:
    """Return input, readout, sequence and repeat of sequences measured several times."""
    sequences, repeats = target.shape[:2]
    again = np.repeat(np.arange(sequences), repeats)
    flat = target.reshape(-1, *target.shape[2:])
    return given[again], flat, first + again, np.tile(np.arange(repeats), sequences)


def _checked(name: str, array: np.ndarray) -> np.ndarray:
    """Refuse what is no finite number, has other axes, or nothing along one of them."""
    axes = ", ".join(AXES[name])
    if array.dtype.kind not in "iuf":
        raise StoreError(f"{name} must hold real numbers; it holds {array.dtype}")
    if array.ndim != len(AXES[name]):
        short = array.ndim == len(AXES[name]) - 1
        hint = f": write {name}[..., None] for one {AXES[name][-1]}" if short else ""
        raise StoreError(f"{name} must be ({axes}); its shape is {array.shape}{hint}")
    if array.size == 0:
        raise StoreError(f"{name} ({axes}) is empty: its shape is {array.shape}")
    bad = ~np.isfinite(array)
    if bad.any():
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        raise StoreError(f"{name} holds {int(bad.sum())} numbers that are not finite, the first at {where}")
    return array.astype(float)


def _check_fit(found: dict[str, np.ndarray]) -> None:
    """Refuse arrays that differ along an axis that they share."""
    pairs = [("train_input", "train_target", ("sequence", "step"))]
    if "test_input" in found:
        pairs += [
            ("test_input", "test_target", ("sequence", "step")),
            ("train_input", "test_input", ("step", "port")),
            ("train_target", "test_target", ("channel",)),
        ]
    for one, two, axes in pairs:
        for axis in axes:
            sizes = [found[name].shape[AXES[name].index(axis)] for name in (one, two)]
            if sizes[0] != sizes[1]:
                raise StoreError(
                    f"{one} has {sizes[0]} along its axis {axis}, {two} has {sizes[1]}: expected"
                    f" {one} ({', '.join(AXES[one])}) and {two} ({', '.join(AXES[two])})"
                )


def _seconds(dt: np.ndarray) -> float:
    """Return the duration of a step in s."""
    if dt.size != 1 or dt.dtype.kind not in "iuf" or not 0 < float(dt.reshape(())) < np.inf:
        raise StoreError(f"dt must be the seconds of a step, one number above 0; it is {dt.tolist()!r:.60}")
    return float(dt.reshape(()))
