"""What is told when long work has ended: one JSON object."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.json_ready import json_ready
from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.runs.bench_state import age


class Outcome(StrEnum):
    """How work ended: as it should, with an error (or not wholly), or because somebody stopped it."""

    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Notice(JsonRecord):
    """Work of a kind ("run", "queue", "fit", "training", "loop", "sweep", "deploy", ...) has ended.

    `path` is where its result lies, `reason` why it did not end as it should, `bench` what is known of the
    bench ("": it was not driven). Times are UTC.
    """

    what: str
    path: str
    outcome: Outcome
    reason: str
    started: datetime
    ended: datetime
    bench: str = ""
    host: str = field(default_factory=platform.node)
    pid: int = field(default_factory=os.getpid)
    schema: Literal["nado-notice/1"] = "nado-notice/1"

    @property
    def text(self) -> str:
        """Say it in a sentence, without a line break."""
        took = age((self.ended - self.started).total_seconds())
        told = f"{self.what} {self.outcome} after {took}: {self.path} on {self.host}"
        more = "; ".join(filter(None, [self.reason, self.bench and f"the bench: {self.bench}"]))
        return " ".join(f"{told} ({more})".split()) if more else told

    def to_json(self) -> JsonObject:
        """Give the record with its sentence as `text`."""
        return json_ready({**super().to_json(), "text": self.text})


def now() -> datetime:
    """Give the time, to the second, UTC."""
    return datetime.now(UTC).replace(microsecond=0)
