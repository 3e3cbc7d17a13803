"""Take things away: into a trash folder beside them, from which they can be moved back, or for good."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.location import is_url, metadata_of, open_root, storage_errors
from nado_lab.lab.store.ownership import run_ownership

TRASH = ".nado-trash"
"""Hidden, so that catalogues walk past it."""


def remove_run(path: str | Path, *, for_good: bool = False) -> Path | None:
    """Move a run into the trash folder beside it and give its new place; or delete it, and give None."""
    if is_url(path):
        raise StoreError(f"{path} lies in an object store: remove it with the store's own tools")
    metadata = metadata_of(path, open_root(path))
    source = Path(path)
    if source.is_symlink():
        raise StoreError(f"{path} is a link to a run; remove the link, or name the run itself")
    owner = run_ownership(path).take()
    try:
        if for_good:
            with storage_errors(path, "remove"):
                shutil.rmtree(source)
            return None
        place = source.absolute().parent / TRASH / f"{metadata.run_id}-{source.name}"
        with storage_errors(path, "move"):
            place.parent.mkdir(exist_ok=True)
            return source.rename(place)
    finally:
        owner.release()


WRITTEN = ("card.json", "report.json", "loop.json", "table.jsonl")
"""A folder with one of these was written by a command: a twin, a network, a demo, a loop, a sweep."""


def set_aside(path: Path) -> Path:
    """Move what is to be written anew into the trash folder beside it, and give its new place."""
    if (path / "zarr.json").exists() and (moved := remove_run(path)):
        return moved
    if path.is_dir() and not any((path / name).exists() for name in WRITTEN):
        raise StoreError(f"{path} is a folder that no command wrote: it is left alone; remove it yourself")
    place = path.absolute().parent / TRASH / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{path.name}"
    with storage_errors(path, "move"):
        place.parent.mkdir(exist_ok=True)
        return path.rename(place)
