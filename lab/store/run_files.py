"""The files of a run on this computer, as zarr sees them."""

from collections.abc import AsyncIterator
from pathlib import Path

from zarr.core.buffer import Buffer
from zarr.storage import LocalStore

HALF_WRITTEN = ".partial"


class RunFiles(LocalStore):
    """A folder of zarr, in which files that are just being written (or that a kill left so) do not show.

    `written` are the files that were written since somebody emptied it.
    """

    def __init__(self, root: Path | str, *, read_only: bool = False) -> None:
        super().__init__(root, read_only=read_only)
        self.written: set[Path] = set()

    async def set(self, key: str, value: Buffer) -> None:
        """Write one file, and remember it."""
        await super().set(key, value)
        self.written.add(self.root / key)

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        """List what lies directly below a prefix."""
        async for name in super().list_dir(prefix):
            if not name.endswith(HALF_WRITTEN):
                yield name
