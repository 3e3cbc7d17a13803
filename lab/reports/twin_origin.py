"""What a fit or a recalibration was asked for, as it is kept in the card of its twin (`TwinCard.other`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.json_record import JsonRecord


class Kept(JsonRecord):
    """A record that stands in a card under a name of its own."""

    NAME = ""

    def beside(self, other: Mapping[str, object]) -> JsonObject:
        """Return the further entries of a card, with this one."""
        return {**other, self.NAME: self.to_json()}

    @classmethod
    def of(cls, other: Mapping[str, object]) -> Self | None:
        """Find the record among the further entries of a card; None where it is not."""
        found = other.get(cls.NAME)
        return cls.from_json(found) if isinstance(found, dict) else None


@dataclass(frozen=True)
class FitOrigin(Kept):
    """What a fit was asked for beside its settings: runs and how they were read, and what scored it."""

    runs: tuple[str, ...]
    level: str = "step"
    scored_share: float = 0.1
    scored_on: tuple[str, ...] = ()
    start: str | None = None
    memory_gb: float = 8.0
    keep_all: bool = False
    device: str = ""

    NAME = "asked"


@dataclass(frozen=True)
class RecalibrationOrigin(Kept):
    """What a recalibration was asked for: which twin, which runs of the device as it is, how far."""

    twin: str
    runs: tuple[str, ...]
    steps: int | None = None
    fit_steps: int = 0
    scored_on: tuple[str, ...] = ()
    seed: int = 0

    NAME = "asked_recalibration"
