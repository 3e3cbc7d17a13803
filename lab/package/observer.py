"""How long work tells how far it has come, and how it is told to stop: one shape for every room above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


class StoppedError(Exception):
    """Say that work was stopped because its observer wished so; what had been saved by then is kept."""

    for_people = True


@dataclass(frozen=True)
class Progress:
    """Say that `share` (0 to 1, never falling) of `stage` is done, what is done now, and figures by name."""

    stage: str
    share: float
    doing: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)


class Observer:
    """Look at long work; this one sees nothing and never wishes to stop. Subclasses show, store, stop."""

    def progress(self, progress: Progress) -> None:
        """Take note of how far a stage has come."""

    def should_stop(self) -> bool:
        """Say whether the work is to stop at the next place where nothing is lost."""
        return False

    def check(self) -> None:
        """Raise `StoppedError` where the work is to stop."""
        if self.should_stop():
            raise StoppedError("stopped as asked")


class PartOf(Observer):
    """Tell `whole` of a part of its work: shares run from `low` to `high`, as `stage` if that is given."""

    def __init__(self, whole: Observer, low: float, high: float, stage: str = "") -> None:
        self._whole, self._low, self._high, self._stage = whole, low, high, stage

    def progress(self, progress: Progress) -> None:
        """Pass on what the part says, as a share of the whole."""
        share = self._low + (self._high - self._low) * progress.share
        self._whole.progress(replace(progress, stage=self._stage or progress.stage, share=share))

    def should_stop(self) -> bool:
        """Say whether the whole is to stop."""
        return self._whole.should_stop()
