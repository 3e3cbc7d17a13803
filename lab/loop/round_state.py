"""What a round has done so far, in one JSON file that is replaced whole after every stage."""

from __future__ import annotations

import json
import os
import shutil
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from nado_lab.lab.errors import LabError

ROUND = "round.json"


def stage_seed(seed: int, number: int, stage: str) -> int:
    """Derive the seed of a stage from the loop's seed, the round and the stage's name."""
    words = np.random.SeedSequence([seed, number, zlib.crc32(stage.encode())]).generate_state(1)
    return int(words[0]) % 2**31


def write_whole(path: Path, content: dict[str, Any]) -> None:
    """Replace a JSON file at once: a reader, or a resume, sees the old or the new one."""
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(content, file, indent=2, allow_nan=False)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_whole(path: Path) -> dict[str, Any]:
    """Read a JSON file that `write_whole` made; anything else is refused."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LabError(f"{path} cannot be read ({error}); move it away to do its round again") from error
    if not isinstance(found, dict):
        raise LabError(f"{path} should hold a JSON object; it holds a {type(found).__name__}")
    return found


class RoundState:
    """The stages of one round that are done, with their results; kept in `folder`/round.json."""

    def __init__(self, folder: Path, number: int) -> None:
        self.folder, self.number = folder, number
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        path = folder / ROUND
        self.stages: dict[str, dict[str, Any]] = read_whole(path)["stages"] if path.exists() else {}

    def put(self, stage: str, result: dict[str, Any]) -> None:
        """Write down that a stage is done."""
        self.stages[stage] = result
        parent = f"round{self.number - 1:02d}" if self.number else None
        content = {"round": self.number, "parent": parent, "stages": self.stages}
        write_whole(self.folder / ROUND, content)

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
