"""Measured trials as tensors: what a twin is fitted on and scored against."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import torch
from nado_lab.channels import ChannelAxis
from nado_lab.outliers import OVERFLOW
from nado_lab.port import Port
from nado_lab.twin.data.findings import Finding
from nado_lab.twin.data.ports import converted
from nado_lab.twin.errors import DataError
from torch import Tensor

PER_TRIAL = ("drive", "readout", "initial", "sequence", "held_out", "origin", "bad")
LEAST_RESOLVED = 1e-2
"""Single precision serves where it rounds by less than this share of a channel's standard deviation."""


@dataclass(frozen=True)
class Trials:
    """Hold drive (trial, step, port), readout (trial, step, channel), initial (trial, channel) or None.

    `sequence` (trial,) numbers the different inputs: trials of one number are repeats of one drive.
    `initial` is the readout of the defined state before the first step. `held_out` (trial,) marks trials
    that are never fitted. Of windows, `origin` (trial, 2) tells the long trial and the step they begin at.
    `ports` say what drive -1 and 1 stood for, one a port; empty where that is not known. `bad` (trial, step)
    marks steps that are not to be used (None: none), `findings` say why; `checked`: by `data.check`.
    `axis` tells what the channels lie along (frequencies of a spectrum), a value a channel.
    A readout of double precision stays so where single would blur it: a small signal on a large offset.
    """

    drive: Tensor
    readout: Tensor
    initial: Tensor | None = None
    sequence: Tensor = field(default_factory=lambda: torch.empty(0))
    channels: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    step_s: float = 1.0
    lineage: tuple[str, ...] = ()
    held_out: Tensor | None = None
    origin: Tensor | None = None
    ports: tuple[Port, ...] = ()
    bad: Tensor | None = None
    findings: tuple[Finding, ...] = ()
    checked: bool = False
    axis: ChannelAxis | None = None

    def __post_init__(self) -> None:
        _fill(self)
        _check(self)

    def __len__(self) -> int:
        return self.drive.shape[0]

    @property
    def good(self) -> Tensor:
        """Return which steps (trial, step) may be used."""
        return torch.ones_like(self.drive[..., 0], dtype=torch.bool) if self.bad is None else ~self.bad

    def at(self, rows: Tensor | slice) -> Trials:
        """Return the trials of the given rows (index, mask or slice)."""
        found = {name: getattr(self, name) for name in PER_TRIAL}
        return replace(self, **{name: None if each is None else each[rows] for name, each in found.items()})

    def to(self, device: torch.device) -> Trials:
        """Return the same trials on a device."""
        if self.drive.device == device:
            return self
        found = {name: getattr(self, name) for name in PER_TRIAL}
        return replace(
            self, **{name: None if each is None else each.to(device) for name, each in found.items()}
        )

    def for_fitting(self) -> Trials:
        """Return the trials that are not marked as held out."""
        return self if self.held_out is None else self.at(~self.held_out)

    def marked(self) -> Trials | None:
        """Return the trials that are marked as held out, if there are any."""
        return None if self.held_out is None or not self.held_out.any() else self.at(self.held_out)

    def split(self, held_out: Iterable[int]) -> tuple[Trials, Trials]:
        """Return (the rest, the trials whose sequence is in `held_out`)."""
        out = torch.isin(self.sequence, torch.as_tensor(list(held_out), dtype=torch.long))
        return self.at(~out), self.at(out)

    def of_channels(self, names: Sequence[str]) -> Trials:
        """Return the same trials with these channels only, in this order."""
        at = [self.channels.index(name) for name in names]
        return replace(
            self,
            readout=self.readout[..., at],
            initial=None if self.initial is None else self.initial[:, at],
            channels=tuple(names),
            units=tuple(self.units[each] for each in at),
            axis=self.axis and replace(self.axis, values=tuple(self.axis.values[each] for each in at)),
        )

    def on(self, ports: tuple[Port, ...]) -> Trials:
        """Return the same trials with their drives in other windows; as they are where one is unknown."""
        if not ports or not self.ports:
            return self
        return replace(self, drive=converted(self.drive, self.ports, ports), ports=ports)

    def first(self, steps: int) -> Trials:
        """Return the first steps of every trial."""
        return self.steps(0, steps)

    def steps(self, low: int, high: int) -> Trials:
        """Return the steps from `low` to before `high`; only from the first on is the start defined."""
        initial = self.initial if low == 0 else None
        origin = None if self.origin is None else self.origin + self.origin.new_tensor([0, low])
        drive, readout = self.drive[:, low:high], self.readout[:, low:high]
        bad = None if self.bad is None else self.bad[:, low:high]
        return replace(self, drive=drive, readout=readout, initial=initial, origin=origin, bad=bad)

    def groups(self) -> list[Trials]:
        """Return one `Trials` a sequence, so that its rows are repeats."""
        return [self.at(self.sequence == number) for number in self.sequence.unique()]

    def windows(self, length: int, stride: int) -> Trials:
        """Cut long trials to windows of `length` steps, `stride` apart: no defined start, no bad step."""
        starts = range(0, self.drive.shape[1] - length + 1, stride)
        if not starts:
            raise DataError(f"windows of {length} steps were asked of trials of {self.drive.shape[1]} steps")
        trial = torch.arange(len(self)).repeat(len(starts))
        first = torch.tensor(starts).repeat_interleave(len(self))
        cut = replace(
            self,
            drive=torch.cat([self.drive[:, s : s + length] for s in starts]),
            readout=torch.cat([self.readout[:, s : s + length] for s in starts]),
            sequence=torch.arange(len(starts) * len(self)),
            initial=None,
            held_out=None if self.held_out is None else self.held_out[trial],
            origin=torch.stack([trial, first], 1),
            bad=None if self.bad is None else torch.cat([self.bad[:, s : s + length] for s in starts]),
        )
        return cut if cut.bad is None else cut.at(~cut.bad.any(1))


def _fill(trials: Trials) -> None:
    """Give the defaults that depend on the shapes, and float32 tensors."""
    put = object.__setattr__
    put(trials, "drive", torch.as_tensor(trials.drive).to(torch.float32))
    put(trials, "readout", _resolved(torch.as_tensor(trials.readout)))
    if trials.initial is not None:
        put(trials, "initial", torch.as_tensor(trials.initial).to(trials.readout.dtype))
    if trials.bad is not None:
        put(trials, "bad", torch.as_tensor(trials.bad).to(torch.bool))
    if len(trials.sequence) == 0:
        put(trials, "sequence", torch.arange(len(trials.drive)))
    put(trials, "sequence", torch.as_tensor(trials.sequence).to(torch.long))
    if trials.held_out is not None:
        put(trials, "held_out", torch.as_tensor(trials.held_out).to(torch.bool))
    if not trials.channels and trials.readout.ndim == 3:
        put(trials, "channels", tuple(f"channel_{i}" for i in range(trials.readout.shape[-1])))
    if not trials.units:
        put(trials, "units", ("",) * len(trials.channels))


def _resolved(readout: Tensor) -> Tensor:
    """Return a readout in single precision, or in double where that resolves a channel too coarsely."""
    if readout.dtype != torch.float64 or readout.ndim != 3 or not readout.numel():
        return readout.to(torch.float32)
    spread = (readout - readout.mean(1, keepdim=True)).square().mean((0, 1)).sqrt()  # within the trials
    rounds = readout.abs().amax((0, 1)) * torch.finfo(torch.float32).eps
    return readout if (rounds > LEAST_RESOLVED * spread)[spread > 0].any() else readout.to(torch.float32)


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
    if trials.ports and len(trials.ports) != drive.shape[2]:
        raise DataError(f"a drive of {drive.shape[2]} ports came with the windows of {len(trials.ports)}")
    if not bool((drive.abs() < OVERFLOW).all() and (readout.abs() < OVERFLOW).all()):
        raise DataError(
            "drive or readout holds overflows (9.9e37) or values that are not finite; leave those trials out"
        )
    if trials.axis is not None and len(trials.axis.values) != readout.shape[2]:
        raise DataError(f"{readout.shape[2]} channels came with an axis of {len(trials.axis.values)} places")
    if trials.bad is not None and trials.bad.shape != drive.shape[:2]:
        raise DataError(
            f"bad must be (trial, step) = {tuple(drive.shape[:2])}; got {tuple(trials.bad.shape)}"
        )
