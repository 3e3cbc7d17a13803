"""The trend of a twin over days: one JSON line a validation, in a file beside the twin."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import BinaryIO

from nado_lab.lab.json_file import JsonObject


def trend_file(twin: Path) -> Path:
    """Name the trend file of a twin: device.twin -> device.twin.trend.jsonl."""
    return twin.with_name(f"{twin.name}.trend.jsonl")


def append(twin: Path, entry: JsonObject) -> None:
    """Add one line; a line that was torn by a crash is closed first, and stays alone."""
    line = json.dumps(entry, allow_nan=False) + "\n"
    with trend_file(twin).open("a+b") as file:
        if file.tell() and not _ends_with_newline(file):
            line = "\n" + line
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())


def history(twin: Path) -> list[JsonObject]:
    """Read all entries, oldest first; torn lines are left out."""
    path = trend_file(twin)
    if not path.exists():
        return []
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            found.append(entry)
    return found


def _ends_with_newline(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"
