"""The files of a run on this computer, as zarr sees them."""

from collections.abc import AsyncIterator

from zarr.storage import LocalStore

HALF_WRITTEN = ".partial"


class RunFiles(LocalStore):
    """A folder of zarr, in which files that are just being written (or that a kill left so) do not show."""

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        """List what lies directly below a prefix."""
        async for name in super().list_dir(prefix):
            if not name.endswith(HALF_WRITTEN):
                yield name
