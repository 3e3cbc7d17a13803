"""What a data check found: what and where in one line each, and what is left out because of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class FindingKind(StrEnum):
    """What can be wrong with measured trials."""

    NO_NUMBER = "overflow or no number"
    DEAD_CHANNEL = "channel without numbers"
    CONSTANT_CHANNEL = "constant channel"
    SATURATED_CHANNEL = "saturated channel"
    DRIVE_GLITCH = "glitch in the drive"
    READOUT_GLITCH = "glitch in the readout"
    OUTSIDE_WINDOW = "drive outside its window"
    CONSTANT_DRIVE = "drive never changes"
    NOT_DRIVEN = "readout does not follow its drive"
    ODD_REPEAT = "repeats disagree"
    CLOCK = "clock jumps"
    DRIFT = "drift within the run"
    TOO_SHORT = "trials too short"
    SAME_RUN = "the same run again"
    UNLIKE_RUN = "unlike the other runs"
    OTHER_GRID = "channels on another grid"


@dataclass(frozen=True)
class Finding:
    """Say what is wrong and where; `steps`, `trials` and `channels` are what is left out of every use."""

    kind: FindingKind
    text: str
    steps: int = 0
    trials: int = 0
    channels: tuple[str, ...] = ()
    run: str = ""

    @property
    def leaves_out(self) -> bool:
        """Tell whether something is left out because of it."""
        return bool(self.steps or self.trials or self.channels)

    def __str__(self) -> str:
        told = f"{self.kind}: {self.text}"
        return f"{self.run}: {told}" if self.run else told


def named(findings: Iterable[Finding], run: str) -> tuple[Finding, ...]:
    """Say of which run findings are."""
    return tuple(replace(each, run=each.run or run) for each in findings)


def places(numbers: Iterable[int], most: int = 4) -> str:
    """Write some numbers for people: 3, 17, 40 and 12 more."""
    found = list(numbers)
    told = ", ".join(map(str, found[:most]))
    return f"{told} and {len(found) - most} more" if len(found) > most else told
