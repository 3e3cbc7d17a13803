"""What a round has done so far, in one JSON file that is replaced whole after every stage."""

from __future__ import annotations

import shutil
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from nado_lab.lab.errors import LabError
from nado_lab.lab.loop.records import Compared, Deployed, Measured, Result, RoundRecord, Stages

Done = TypeVar("Done", Measured, Deployed, Compared)

ROUND = "round.json"


def stage_seed(seed: int, number: int, stage: str) -> int:
    """Derive the seed of a stage from the loop's seed, the round and the stage's name."""
    words = np.random.SeedSequence([seed, number, zlib.crc32(stage.encode())]).generate_state(1)
    return int(words[0]) % 2**31


class RoundState:
    """The stages of one round that are done, with their results; kept in `folder`/round.json."""

    def __init__(self, folder: Path, number: int) -> None:
        self.folder, self.number = folder, number
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        path = folder / ROUND
        self.stages = RoundRecord.read(path).stages if path.exists() else Stages()

    def has(self, stage: str) -> bool:
        """Say whether a stage is done."""
        return getattr(self.stages, stage) is not None

    def put(self, stage: str, result: Result) -> None:
        """Write down that a stage is done."""
        self.stages = replace(self.stages, **{stage: result})
        parent = f"round{self.number - 1:02d}" if self.number else None
        RoundRecord(self.number, parent, self.stages).write(self.folder / ROUND)

    @property
    def measured(self) -> Measured:
        """Give what was measured in this round."""
        return _done(self.stages.measure, "measured")

    @property
    def deployed(self) -> Deployed:
        """Give how the network of this round was deployed."""
        return _done(self.stages.deploy, "deployed")

    @property
    def compared(self) -> Compared:
        """Give how device and twin compare in this round."""
        return _done(self.stages.compare, "compared")


def _done(result: Done | None, what: str) -> Done:
    if result is None:
        raise LabError(f"this round has not {what} yet")
    return result


def _sweep(folder: Path) -> None:
    """Remove the drafts of files that were being written when the program died."""
    for draft in folder.glob(".*"):
        if draft.is_dir():
            shutil.rmtree(draft)
        else:
            draft.unlink()
