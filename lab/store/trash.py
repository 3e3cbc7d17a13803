"""Take a run away: into a trash folder beside it, from which it can be moved back, or for good."""

import shutil
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
