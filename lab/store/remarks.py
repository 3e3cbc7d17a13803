"""What people write to a run, before it is measured or after: title, remarks and tags, among its notes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
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
Found = TypeVar("Found")
REMARKS, TAGS, TITLE, HIDDEN = "remarks", "tags", "title", "hidden"


@dataclass(frozen=True)
class Labels:
    """What is said of a run before it is measured; `sample` "": the one of the setup's file."""

    title: str = ""
    sample: str = ""
    remark: str = ""
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no tag."""
        for each in self.tags:
            _tag(each)

    def notes(self, by: str) -> JsonObject:
        """Give title, tags and remark as they stand among the notes of a run."""
        said = {TITLE: self.title.strip(), TAGS: list(dict.fromkeys(self.tags))}
        told = {name: value for name, value in said.items() if value}
        return told | ({REMARKS: [_remark(self.remark, by)]} if self.remark.strip() else {})


def remark(path: str | Path, text: str, by: str = "") -> list[JsonObject]:
    """Add a remark to a run; give all of them, each with `time`, `by` and `text`."""
    if not text.strip():
        raise StoreError("a remark needs words")
    new = _remark(text, by)
    return _change_list(path, REMARKS, lambda known: [*known, new])


def title_run(path: str | Path, title: str) -> None:
    """Give a run another title ("": none); its folder keeps its name."""
    _change(path, TITLE, lambda _: title.strip())


def hide_run(path: str | Path, *, hidden: bool = True) -> None:
    """Leave a run out of lists, or show it again."""
    _change(path, HIDDEN, lambda _: hidden)


def tags_in(text: str) -> tuple[str, ...]:
    """Take a line of tags, separated by commas or spaces, apart."""
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def tag(path: str | Path, add: Iterable[str] = (), remove: Iterable[str] = ()) -> list[str]:
    """Add and remove tags of a run; give those that it has now."""
    added, removed = [_tag(each) for each in add], {_tag(each) for each in remove}

    def changed(known: list[str]) -> list[str]:
        if missing := removed - set(known):
            raise StoreError(f"{path} has no tag {min(missing)!r}; it has {', '.join(known) or 'none'}")
        return [each for each in dict.fromkeys([*known, *added]) if each not in removed]

    return _change_list(path, TAGS, changed)


def _remark(text: str, by: str) -> dict[str, str]:
    return {"time": datetime.now(UTC).isoformat(timespec="seconds"), "by": by, "text": text.strip()}


def _tag(text: str) -> str:
    if not text or any(letter.isspace() or letter == "," for letter in text):
        raise StoreError(f"a tag is a word without spaces and commas, not {text!r}")
    return text


def _change_list(path: str | Path, name: str, changed: Callable[[list[Entry]], list[Entry]]) -> list[Entry]:
    """Change one list among the notes."""
    return _change(path, name, lambda known: changed(known if isinstance(known, list) else []))


def _change(path: str | Path, name: str, changed: Callable[[object], Found]) -> Found:
    """Change one of the notes; who measures a run at the moment is the only one to write it."""
    root = open_root(path, mode="r+")
    owner = run_ownership(path).take()
    try:
        metadata = metadata_of(path, root)
        found = changed(metadata.notes.get(name))
        notes = {key: value for key, value in metadata.notes.items() if key != name}
        kept = metadata.model_copy(update={"notes": {**notes, name: found} if found else notes})
        with storage_errors(path, "write the metadata of"):
            retry(lambda: root.attrs.put(kept.to_attributes()))
            if metadata.status is not Status.RUNNING:
                layout.consolidate(root)
        return found
    finally:
        owner.release()
