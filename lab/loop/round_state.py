"""What a round has done so far, in one JSON file that is replaced whole after every stage."""

from __future__ import annotations

import shutil
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from nado_lab.lab.json_file import read_json, write_json

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
        self.stages: dict[str, dict[str, Any]] = read_json(path)["stages"] if path.exists() else {}

    def put(self, stage: str, result: dict[str, Any]) -> None:
        """Write down that a stage is done."""
        self.stages[stage] = result
        parent = f"round{self.number - 1:02d}" if self.number else None
        content = {"round": self.number, "parent": parent, "stages": self.stages}
        write_json(self.folder / ROUND, content)

    def device_s(self) -> float:
        """Add up the device seconds of the stages that are done."""
        return sum(result.get("device_s", 0.0) for result in self.stages.values())


def _sweep(folder: Path) -> None:
    """Remove the drafts of files that were being written when the program died."""
    for draft in folder.glob(".*"):
        if draft.is_dir():
            shutil.rmtree(draft)
        else:
            draft.unlink()
