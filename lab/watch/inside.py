"""Paths that really lie in the watched folder: nothing is followed out of it."""

from __future__ import annotations

import os
from pathlib import Path

MOST_ENTRIES = 50_000


def lies_inside(folder: Path, path: Path) -> bool:
    """Say whether `path` is reached from `folder` (resolved) without a link on the way."""
    return path.is_relative_to(folder) and ".." not in path.parts and os.path.realpath(path) == str(path)


def has_links(run: Path) -> bool:
    """Say whether anything in a run is a link to something else (or there is too much to look at)."""
    waiting, seen = [str(run)], 0
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    seen += 1
                    if seen > MOST_ENTRIES or _is_link(entry):
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError:
            continue
    return False


def _is_link(entry: os.DirEntry[str]) -> bool:
    is_junction = getattr(entry, "is_junction", None)  # Windows, Python 3.12 and later
    return entry.is_symlink() or bool(is_junction and is_junction())
