"""What every format of measured trials is turned into before it is written as a run."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.options import ImportOptions, SampleReduction
from nado_lab.outliers import OVERFLOW
from nado_lab.port import UNNAMED, Port
from nado_lab.protocols.columns import Coordinate

Notes = dict[str, str | dict[str, str]]


@dataclass(frozen=True)
class ImportedTrials:
    """Trials as found in `files`: input (trial, step, port) in its own units, readout (trial, step, channel).

    `held_out` (trial,) marks trials that are not for fitting; initial (trial, channel) as read before the
    first step; waveform (trial, step, sample, contact); `input_units` one a port and `readout_units` one a
    channel (one for all is spread); `ports` where the file says what drives stood for (the input is in SI
    units then), else `port_names` where somebody does; `step_s` how long a step lasted, where it is told.
    """

    files: tuple[str, ...]
    input: np.ndarray
    readout: np.ndarray
    sequence: np.ndarray
    repeat: np.ndarray
    held_out: np.ndarray | None = None
    waveform: np.ndarray | None = None
    initial: np.ndarray | None = None
    input_units: tuple[str, ...] = ("1",)
    readout_units: tuple[str, ...] = ("1",)
    channels: tuple[str, ...] = ()
    channel_axis: Coordinate | None = None
    ports: tuple[Port, ...] = ()
    port_names: tuple[str, ...] = ()
    step_s: float | None = None
    sample: str = ""
    notes: Notes = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse parts that do not fit together or are not numbers; name the channels."""
        if self.input.ndim != 3 or self.readout.ndim != 3:
            raise StoreError(
                f"expected inputs (trial, step, port) and readouts (trial, step, channel); "
                f"they have shapes {self.input.shape} and {self.readout.shape}"
            )
        if self.input.shape[:2] != self.readout.shape[:2]:
            raise StoreError(
                f"{self.input.shape[0]} x {self.input.shape[1]} inputs (trial x step) do not fit "
                f"{self.readout.shape[0]} x {self.readout.shape[1]} readouts"
            )
        for name in ("input", "readout"):
            object.__setattr__(self, name, _as_numbers(getattr(self, name)))
        if not np.isfinite(self.input).any() or not np.isfinite(self.readout).any():
            raise StoreError(f"{self.source} holds no finite numbers in its input or its readout")
        self._name_ports_and_channels()

    @property
    def source(self) -> str:
        """Name the files in a message."""
        return ", ".join(self.files)

    def _name_ports_and_channels(self) -> None:
        ports, count = self.input.shape[2], self.readout.shape[2]
        spread = {
            "input_units": self.input_units * ports if len(self.input_units) == 1 else self.input_units,
            "port_names": self.port_names or unnamed(ports),
            "readout_units": self.readout_units * count
            if len(self.readout_units) == 1
            else self.readout_units,
            "channels": self.channels or tuple(f"c{i:03d}" for i in range(count)),
        }
        for name, value in spread.items():
            object.__setattr__(self, name, value)


def unnamed(ports: int) -> tuple[str, ...]:
    """Return names for ports that nobody named."""
    return (UNNAMED,) if ports == 1 else tuple(f"{UNNAMED}_{at}" for at in range(ports))


def without_transient(trials: ImportedTrials, options: ImportOptions) -> ImportedTrials:
    """Leave out the first steps of each trial, as stated; what follows has no defined start."""
    first = options.transient * _rows_a_step(options)
    if not first:
        return trials
    if not 0 < first < trials.input.shape[1]:
        raise StoreError(
            f"{trials.source}: a transient of {options.transient} steps leaves nothing of its trials"
        )
    return replace(
        trials,
        input=trials.input[:, first:],
        readout=trials.readout[:, first:],
        waveform=None if trials.waveform is None else trials.waveform[:, first:],
        initial=None,
    )


def _rows_a_step(options: ImportOptions) -> int:
    """Say how many rows a step of the drive makes: as many as it has samples, where each is a row."""
    return (options.samples_per_step or 1) if options.readout is SampleReduction.SAMPLES else 1


def _as_numbers(values: np.ndarray) -> np.ndarray:
    """Write NaN for what is no number (9.9E37 and infinities too), before units are converted."""
    found = np.asarray(values, dtype=float)
    odd = ~(np.abs(found) < OVERFLOW)
    return np.where(odd, np.nan, found) if odd.any() else found


def join(parts: Sequence[ImportedTrials]) -> ImportedTrials:
    """Join several files into one; the sequences of each get numbers of their own, marks stay with trials.

    A file that holds what another holds (a copy) counts once, which its notes say.
    """
    parts, again = _distinct(parts)
    first = parts[0]
    if len(parts) == 1:
        return replace(first, notes={**first.notes, **again})
    for part in parts[1:]:
        refuse_unlike(first, part)
    offsets = np.cumsum([0] + [int(part.sequence.max()) + 1 for part in parts[:-1]])
    return replace(
        first,
        files=tuple(name for part in parts for name in part.files),
        input=np.concatenate([part.input for part in parts]),
        readout=np.concatenate([part.readout for part in parts]),
        sequence=np.concatenate([part.sequence + o for part, o in zip(parts, offsets, strict=True)]),
        repeat=np.concatenate([part.repeat for part in parts]),
        held_out=_marks(parts),
        waveform=_joined([part.waveform for part in parts]),
        initial=_joined([part.initial for part in parts]),
        notes={**_notes(parts), **again},
    )


def _distinct(parts: Sequence[ImportedTrials]) -> tuple[list[ImportedTrials], Notes]:
    """Keep each measurement once; note which files hold what another holds."""
    kept: dict[bytes, ImportedTrials] = {}
    again: Notes = {}
    for part in parts:
        about = (part.readout.shape, part.channels, part.input_units, part.readout_units, part.notes)
        told = hashlib.sha256(str(about).encode())
        for values in (part.input, part.readout):
            told.update(np.ascontiguousarray(values).tobytes())
        earlier = kept.setdefault(told.digest(), part)
        if earlier is not part:
            again[f"left out of {part.source}"] = f"all of it: {earlier.source} holds the same"
    return list(kept.values()), again


def refuse_unlike(first: ImportedTrials, part: ImportedTrials) -> None:
    """Refuse files whose trials do not mean the same."""
    pairs = {
        "steps and ports": (first.input.shape[1:], part.input.shape[1:]),
        "steps and channels": (first.readout.shape[1:], part.readout.shape[1:]),
        "units of the drive": (first.input_units, part.input_units),
        "ports": (first.ports, part.ports),
        "names of ports": (first.port_names, part.port_names),
        "channels": (first.channels, part.channels),
        "units of the readout": (first.readout_units, part.readout_units),
        "seconds of a step": (first.step_s, part.step_s),
        "shape of the waveform": (_shape(first.waveform), _shape(part.waveform)),
        "readings before the first step": (_shape(first.initial), _shape(part.initial)),
    }
    for what, (one, other) in pairs.items():
        if one != other:
            told = f"({_short(one)} and {_short(other)})"
            raise StoreError(
                f"{first.source} and {part.source} have different {what} {told}; "
                "import each into a run of its own"
            )


def _shape(values: np.ndarray | None) -> tuple[int, ...] | None:
    return None if values is None else values.shape[1:]


def _joined(parts: Sequence[np.ndarray | None]) -> np.ndarray | None:
    there = [part for part in parts if part is not None]
    return np.concatenate(there) if there else None


def _short(value: object) -> str:
    text = ", ".join(map(str, dict.fromkeys(value))) if isinstance(value, tuple) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _marks(parts: Sequence[ImportedTrials]) -> np.ndarray | None:
    """Join the marks; a file without any has trials for fitting only."""
    if all(part.held_out is None for part in parts):
        return None
    return np.concatenate(
        [np.zeros(len(p.sequence), bool) if p.held_out is None else p.held_out for p in parts]
    )


def _notes(parts: Sequence[ImportedTrials]) -> Notes:
    """Keep the notes that all files share; of the others say which file they are of."""
    first = parts[0].notes
    shared = {name: value for name, value in first.items() if all(p.notes.get(name) == value for p in parts)}
    apart = {
        f"{name} of {part.source}": value
        for part in parts
        for name, value in part.notes.items()
        if name not in shared
    }
    return shared | apart
