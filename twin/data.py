"""Measured trials as tensors: what a twin is fitted on and scored against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from twin.errors import DataError

FEW_TRIALS = 8


@dataclass(frozen=True)
class Trials:
    """Hold drive (trial, step, port), readout (trial, step, channel), initial (trial, channel) or None.

    `sequence` (trial,) numbers the different inputs: trials of one number are repeats of one drive.
    `initial` is the readout of the defined state before the first step.
    """

    drive: Tensor
    readout: Tensor
    initial: Tensor | None = None
    sequence: Tensor = field(default_factory=lambda: torch.empty(0))
    channels: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    step_s: float = 1.0
    lineage: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _fill(self)
        _check(self)

    def __len__(self) -> int:
        return self.drive.shape[0]

    def at(self, rows: Tensor | slice) -> Trials:
        """Return the trials of the given rows (index, mask or slice)."""
        initial = None if self.initial is None else self.initial[rows]
        return replace(
            self,
            drive=self.drive[rows],
            readout=self.readout[rows],
            sequence=self.sequence[rows],
            initial=initial,
        )

    def split(self, held_out: Iterable[int]) -> tuple[Trials, Trials]:
        """Return (the rest, the trials whose sequence is in `held_out`)."""
        out = torch.isin(self.sequence, torch.as_tensor(list(held_out), dtype=torch.long))
        return self.at(~out), self.at(out)

    def first(self, steps: int) -> Trials:
        """Return the first steps of every trial."""
        return replace(self, drive=self.drive[:, :steps], readout=self.readout[:, :steps])

    def groups(self) -> list[Trials]:
        """Return one `Trials` a sequence, so that its rows are repeats."""
        return [self.at(self.sequence == number) for number in self.sequence.unique()]

    def windows(self, length: int, stride: int) -> Trials:
        """Cut long trials to windows of `length` steps, `stride` apart, of no defined start."""
        starts = range(0, self.drive.shape[1] - length + 1, stride)
        if not starts:
            raise DataError(f"windows of {length} steps were asked of trials of {self.drive.shape[1]} steps")
        return replace(
            self,
            drive=torch.cat([self.drive[:, s : s + length] for s in starts]),
            readout=torch.cat([self.readout[:, s : s + length] for s in starts]),
            sequence=torch.arange(len(starts) * len(self)),
            initial=None,
        )


def join(parts: Sequence[Trials], window: int | None = None) -> Trials:
    """Join the trials of several runs; sequences are numbered anew.

    With `window`, runs of unequal length and a few long trials without a defined start become overlapping
    windows of so many steps; without it they are refused.
    """
    if not parts:
        raise DataError("no trials were given to join")
    first = parts[0]
    for part in parts:
        if part.channels != first.channels or part.drive.shape[2] != first.drive.shape[2]:
            raise DataError(
                f"runs joined for a fit need the same channels and ports; got {len(first.channels)} and"
                f" {len(part.channels)} channels"
            )
    lengths = {part.drive.shape[1] for part in parts}
    if window is None and len(lengths) > 1:
        raise DataError(f"runs joined here need the same number of steps; got {sorted(lengths)}")
    if window and (len(lengths) > 1 or (first.initial is None and sum(map(len, parts)) < FEW_TRIALS)):
        window = min(window, *lengths)
        parts = [part.windows(window, max(1, window // 4)) for part in parts]
    numbers, count = [], 0
    for part in parts:
        numbers.append(part.sequence + count)
        count = int(numbers[-1].max()) + 1
    starts = [part.initial for part in parts if part.initial is not None]
    return replace(
        first,
        drive=torch.cat([part.drive for part in parts]),
        readout=torch.cat([part.readout for part in parts]),
        initial=torch.cat(starts) if len(starts) == len(parts) else None,
        sequence=torch.cat(numbers),
        lineage=tuple(name for part in parts for name in part.lineage),
    )


def _fill(trials: Trials) -> None:
    """Give the defaults that depend on the shapes, and float32 tensors."""
    put = object.__setattr__
    for name in ("drive", "readout", "initial"):
        value = getattr(trials, name)
        if value is not None:
            put(trials, name, torch.as_tensor(value).to(torch.float32))
    if len(trials.sequence) == 0:
        put(trials, "sequence", torch.arange(len(trials.drive)))
    put(trials, "sequence", torch.as_tensor(trials.sequence).to(torch.long))
    if not trials.channels and trials.readout.ndim == 3:
        put(trials, "channels", tuple(f"channel_{i}" for i in range(trials.readout.shape[-1])))
    if not trials.units:
        put(trials, "units", ("",) * len(trials.channels))


def _check(trials: Trials) -> None:
    """Refuse shapes that do not belong together and readouts that are not finite."""
    drive, readout = trials.drive, trials.readout
    if drive.ndim != 3 or readout.ndim != 3 or drive.shape[:2] != readout.shape[:2]:
        raise DataError(
            "trials need drive (trial, step, port) and readout (trial, step, channel) of the same trials and"
            f" steps; got {tuple(drive.shape)} and {tuple(readout.shape)}"
        )
    if len(trials.channels) != readout.shape[2] or len(trials.sequence) != drive.shape[0]:
        raise DataError(
            f"{readout.shape[2]} channels and {drive.shape[0]} trials need as many names and numbers;"
            f" got {len(trials.channels)} and {len(trials.sequence)}"
        )
    if trials.initial is not None and trials.initial.shape != (readout.shape[0], readout.shape[2]):
        raise DataError(
            f"initial must be (trial, channel) = {(readout.shape[0], readout.shape[2])};"
            f" got {tuple(trials.initial.shape)}"
        )
    if not (torch.isfinite(drive).all() and torch.isfinite(readout).all()):
        raise DataError("drive or readout holds values that are not finite; leave those trials out")
