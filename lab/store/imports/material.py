"""What every format of measured data is turned into before it is written as a run."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from nado_lab.lab.store.errors import StoreError

# unit -> (SI unit, factor)
SI = {
    "Oe": ("T", 1e-4),
    "G": ("T", 1e-4),
    "mT": ("T", 1e-3),
    "uV": ("V", 1e-6),
    "mV": ("V", 1e-3),
    "mA": ("A", 1e-3),
    "GHz": ("Hz", 1e9),
    "MHz": ("Hz", 1e6),
}


@dataclass(frozen=True)
class Options:
    """What a file does not say about itself, as the person importing it states it."""

    drive: tuple[str, ...] = ()  # names of the drive columns of a table
    drive_units: str = ""
    drive_low: float | None = None  # in drive_units: what drive -1 stands for
    drive_high: float | None = None
    readout_units: str = ""
    samples_per_step: int | None = None
    step_seconds: float | None = None
    field_cycle: str = ""  # what the field does within a step, in words
    readout: str = "mean"  # of the samples of a step: mean, last, or samples (every sample is a step)
    sample: str = ""


@dataclass(frozen=True)
class TrialMaterial:
    """Trials as found: stimulus (trial, step, port) in its own units, readout (trial, step, channel)."""

    stimulus: np.ndarray
    readout: np.ndarray
    sequence: np.ndarray
    repeat: np.ndarray
    held_out: np.ndarray | None = None
    waveform: np.ndarray | None = None  # (trial, step, sample, contact)
    stimulus_units: str = "1"
    readout_units: str = "1"
    channels: tuple[str, ...] = ()
    notes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse parts that do not fit together or are not numbers."""
        if self.stimulus.ndim != 3 or self.readout.ndim != 3:
            raise StoreError(
                f"expected inputs (trial, step, port) and readouts (trial, step, channel); "
                f"they have shapes {self.stimulus.shape} and {self.readout.shape}"
            )
        if self.stimulus.shape[:2] != self.readout.shape[:2]:
            raise StoreError(
                f"{self.stimulus.shape[0]} x {self.stimulus.shape[1]} inputs (trial x step) do not fit "
                f"{self.readout.shape[0]} x {self.readout.shape[1]} readouts"
            )
        for name in ("stimulus", "readout"):
            if not np.all(np.isfinite(getattr(self, name))):
                raise StoreError(f"the {name} holds numbers that are not finite")


def joined(parts: list[TrialMaterial]) -> TrialMaterial:
    """Join several files into one; the sequences of each get numbers of their own."""
    if len(parts) == 1:
        return parts[0]
    shapes = {(part.stimulus.shape[1:], part.readout.shape[1:]) for part in parts}
    if len(shapes) > 1:
        raise StoreError(
            f"the files hold trials of different sizes {sorted(shapes)} (step, port), (step, channel); "
            "import each into a run of its own"
        )
    offsets = np.cumsum([0] + [int(part.sequence.max()) + 1 for part in parts[:-1]])
    first = parts[0]
    waves = [part.waveform for part in parts]
    return TrialMaterial(
        stimulus=np.concatenate([part.stimulus for part in parts]),
        readout=np.concatenate([part.readout for part in parts]),
        sequence=np.concatenate([part.sequence + o for part, o in zip(parts, offsets, strict=True)]),
        repeat=np.concatenate([part.repeat for part in parts]),
        waveform=None if any(w is None for w in waves) else np.concatenate(waves),  # type: ignore[arg-type]
        stimulus_units=first.stimulus_units,
        readout_units=first.readout_units,
        channels=first.channels,
        notes=first.notes,
    )


def folded(
    samples: np.ndarray, steps: int, options: Options
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray]:
    """Fold raw samples (trial, sample, channel) into `steps` steps.

    Returns readout (trial, step, channel), waveform (trial, step, sample, channel) or None, and the
    step (output step,) of the input that each readout belongs to.
    """
    trials, total, channels = samples.shape
    if options.samples_per_step is None:
        hint = f" ({total} samples and {steps} inputs suggest {total // steps})" if total >= steps else ""
        raise StoreError(f"the file does not say how many samples a step has: give --samples-per-step{hint}")
    if steps * options.samples_per_step != total:
        raise StoreError(
            f"{steps} inputs of {options.samples_per_step} samples make {steps * options.samples_per_step} "
            f"samples; the file has {total}"
        )
    wave = samples.reshape(trials, steps, options.samples_per_step, channels)
    if options.readout == "samples":
        return samples, None, np.repeat(np.arange(steps), options.samples_per_step)
    readouts = {"mean": wave.mean(axis=2), "last": wave[:, :, -1]}
    if options.readout not in readouts:
        raise StoreError(f"--readout {options.readout}: expected mean, last or samples")
    return readouts[options.readout], wave, np.arange(steps)
