"""Where a run lies: a folder, or a URL of an object store; and what can go wrong there."""

import errno
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import zarr
from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.new_output import refuse_existing, taken
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.metadata import SCHEMA, RunMetadata
from nado_lab.lab.store.run_files import HALF_WRITTEN, RunFiles
from nado_lab.wrong_values import in_words
from pydantic import ValidationError
from zarr.core.group import Group
from zarr.errors import ContainsGroupError

_REASONS = {
    errno.ENOSPC: "the disk is full",
    getattr(errno, "EDQUOT", -1): "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "writing there is not allowed",
    errno.EPERM: "writing there is not allowed",
    errno.ENOENT: "its files are gone; were they deleted or unmounted?",
}


def is_url(path: str | Path) -> bool:
    """Say whether a path is an object-store URL such as s3://bucket/run."""
    return "://" in str(path)


@contextmanager
def storage_errors(path: str | Path, doing: str) -> Iterator[None]:
    """Turn an error of the disk into a StoreError that says what to do."""
    try:
        yield
    except FileNotFoundError as error:
        raise StoreError(f"cannot {doing} {path}: {_REASONS[errno.ENOENT]}") from error
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, str(error))
        raise StoreError(f"cannot {doing} {path}: {reason}") from error


def require_there(path: str | Path) -> None:
    """Refuse to write into a run whose files were deleted: zarr would quietly make some of them again."""
    if not is_url(path) and not (Path(path) / "zarr.json").exists():
        raise StoreError(f"cannot write to {path}: {_REASONS[errno.ENOENT]}")


def create_root(path: str | Path, attributes: JsonObject, fill: Callable[[Group], None]) -> Group:
    """Create a run that does not exist yet, all at once: a kill leaves a whole empty run or none."""
    if is_url(path):
        return _create_at_url(str(path), attributes, fill)
    target = Path(path)
    refuse_existing(path)
    draft = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.new")
    with storage_errors(path, "create"):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            fill(zarr.create_group(str(draft), attributes=attributes))
            os.rename(draft, target)  # noqa: PTH104  (fails if the target appeared meanwhile)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return open_root(path, mode="r+")


def open_root(path: str | Path, mode: Literal["r", "r+"] = "r") -> Group:
    """Open the root group of a run, or say in one line that it is not one."""
    if not is_url(path) and not Path(path).exists():
        raise StoreError(f"{path} does not exist; expected a run (see `nado runs list`)")
    try:
        store = str(path) if is_url(path) else RunFiles(path, read_only=mode == "r")
        root = zarr.open_group(store, mode=mode, use_consolidated=False)
        schema = root.attrs.get("schema")
    except ImportError as error:
        raise _lacking(path, error) from error
    except Exception as error:  # whatever zarr finds wrong, it is not a run
        raise StoreError(f"{path} is not a run: expected a zarr v3 group of schema {SCHEMA}") from error
    if schema != SCHEMA:
        raise StoreError(f"{path} is not a run: its schema is {schema!r}, expected {SCHEMA!r}")
    return root


def metadata_of(path: str | Path, root: Group) -> RunMetadata:
    """Read the description of a run; StoreError names the entry that is not valid."""
    try:
        return RunMetadata.model_validate(root.attrs.asdict())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise StoreError(
            f"{path}: zarr.json: its metadata is not valid: {where}: {in_words(first)}"
        ) from error


def _create_at_url(url: str, attributes: JsonObject, fill: Callable[[Group], None]) -> Group:
    try:
        root = zarr.create_group(url, attributes={})
    except ImportError as error:
        raise _lacking(url, error) from error
    except ContainsGroupError as error:
        raise StoreError(taken(url)) from error
    fill(root)
    root.attrs.put(attributes)
    return root


def _lacking(path: str | Path, error: ImportError) -> StoreError:
    return StoreError(f"{path} needs a package that is not installed (for s3:// it is s3fs): {error}")


def remove_half_written(path: str | Path) -> int:
    """Remove the files of a run whose writing a kill interrupted; zarr would take them for unknown members.

    Only for who owns the run. Object stores have none: there an object is written whole or not at all.
    """
    if is_url(path):
        return 0
    found = list(Path(path).rglob(f"*{HALF_WRITTEN}"))
    for file in found:
        file.unlink(missing_ok=True)
    return len(found)
