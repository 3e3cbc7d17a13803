"""The numbers of experiments: they go on where the runs of the folder end, also in a window opened later."""

import re
from pathlib import Path

NUMBERED = re.compile(r"^\d{8}-\d{6}-(\d+)-")


class Numbers:
    """Count on, folder by folder."""

    def __init__(self) -> None:
        self._last: dict[Path, int] = {}

    def next(self, folder: Path) -> int:
        """Give the next number in a folder."""
        self.at_least(folder, 0)
        self._last[folder] += 1
        return self._last[folder]

    def at_least(self, folder: Path, number: int) -> None:
        """Take note that a number is taken."""
        self._last[folder] = max(self._last.get(folder) or _largest(folder), number)


def _largest(folder: Path) -> int:
    """Find the largest number in the names of a folder's runs."""
    if not folder.is_dir():
        return 0
    found = (NUMBERED.match(path.name) for path in folder.iterdir())
    return max((int(match[1]) for match in found if match), default=0)
