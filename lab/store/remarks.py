"""What people write to a run after it was measured: remarks and tags, among the notes of its metadata."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.store import layout
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.location import metadata_of, open_root, storage_errors
from nado_lab.lab.store.metadata import Status
from nado_lab.lab.store.ownership import run_ownership
from nado_lab.lab.store.stream import retry

Entry = TypeVar("Entry")
REMARKS, TAGS = "remarks", "tags"


def remark(path: str | Path, text: str, by: str = "") -> list[JsonObject]:
    """Add a remark to a run; give all of them, each with `time`, `by` and `text`."""
    if not text.strip():
        raise StoreError("a remark needs words")
    new = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "by": by, "text": text.strip()}
    return _change(path, REMARKS, lambda known: [*known, new])


def tag(path: str | Path, add: Iterable[str] = (), remove: Iterable[str] = ()) -> list[str]:
    """Add and remove tags of a run; give those that it has now."""
    added, removed = [_tag(each) for each in add], {_tag(each) for each in remove}

    def changed(known: list[str]) -> list[str]:
        if missing := removed - set(known):
            raise StoreError(f"{path} has no tag {min(missing)!r}; it has {', '.join(known) or 'none'}")
        return [each for each in dict.fromkeys([*known, *added]) if each not in removed]

    return _change(path, TAGS, changed)


def _tag(text: str) -> str:
    if not text or any(letter.isspace() or letter == "," for letter in text):
        raise StoreError(f"a tag is a word without spaces and commas, not {text!r}")
    return text


def _change(path: str | Path, name: str, changed: Callable[[list[Entry]], list[Entry]]) -> list[Entry]:
    """Change one list among the notes; who measures a run at the moment is the only one to write it."""
    root = open_root(path, mode="r+")
    owner = run_ownership(path).take()
    try:
        metadata = metadata_of(path, root)
        known = metadata.notes.get(name)
        found = changed(known if isinstance(known, list) else [])
        notes = {key: value for key, value in metadata.notes.items() if key != name}
        kept = metadata.model_copy(update={"notes": {**notes, name: found} if found else notes})
        with storage_errors(path, "write the metadata of"):
            retry(lambda: root.attrs.put(kept.to_attributes()))
            if metadata.status is not Status.RUNNING:
                layout.consolidate(root)
        return found
    finally:
        owner.release()
