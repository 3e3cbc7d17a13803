"""Close a run whose program died: cut what was not committed, say so, and pack it."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.store import layout
from nado_lab.lab.store.damage import damage_named, look
from nado_lab.lab.store.location import is_url, metadata_of, open_root, remove_half_written, storage_errors
from nado_lab.lab.store.metadata import RunMetadata, Status
from nado_lab.lab.store.ownership import run_ownership
from nado_lab.lab.store.pack import sweep
from nado_lab.lab.store.rescue import rescue, set_aside
from nado_lab.lab.store.stream import retry
from nado_lab.lab.store.writer import close_run
from zarr.core.group import Group

KILLED = "the program died; repaired afterwards"


@dataclass(frozen=True)
class RepairReport(JsonRecord):
    """What was done to a run: torn rows cut by stream, stray files removed, and how it stands now."""

    path: str
    status: Status
    rows_cut: dict[str, int]
    files_removed: int
    said: tuple[str, ...] = ()
    """What was damaged and what became of it, a line each."""


def repair(path: str | Path) -> RepairReport:
    """Make a run whole after a kill; refuse while a living process writes it. Say what was done."""
    root = open_root(path, mode="r+")
    owner = run_ownership(path).take()
    try:
        metadata = metadata_of(path, root)
        with storage_errors(path, "repair"), damage_named(path):
            half_written = remove_half_written(path)
            said = _rescue_all(path, root, metadata)
            groups = layout.streams(root)
            cut = {name: layout.truncate(group) for name, group in groups.items()}
            swept = sum(sweep(a) for group in groups.values() for a in layout.row_arrays(group).values())
        drafts = _remove_drafts(path)

        def update(**fields: object) -> None:
            nonlocal metadata
            if "checksums" in fields:
                now = cast("dict[str, str]", fields["checksums"])
                fields["checksums"] = _first_written(metadata, now, said)
            metadata = metadata.model_copy(update=fields)
            with storage_errors(path, "repair"):
                retry(lambda: root.attrs.put(metadata.to_attributes()))

        if metadata.status is Status.RUNNING:
            update(status=Status.ABORTED, reason=KILLED, ended=datetime.now(UTC))
        with damage_named(path):
            close_run(root, str(path), update)
    finally:
        owner.release()
    return RepairReport(str(path), metadata.status, cut, swept + drafts + half_written, tuple(said))


def _rescue_all(path: str | Path, root: Group, metadata: RunMetadata) -> list[str]:
    """Mend every damaged stream; say what was done, and what was left as it is."""
    said = []
    streams, stray = look(root)
    for name, found in streams.items():
        said += rescue(path, root, name, found, metadata.checksums.get(f"{name}/{layout.NUMBER.name}", ""))
    return said + [set_aside(path, name, problem) for name, problem in stray.items()]


def _first_written(metadata: RunMetadata, now: dict[str, str], said: list[str]) -> dict[str, str]:
    """Keep the checksums of a closed run where something else is there now: repair hides nothing."""
    before = metadata.checksums
    mended = tuple(line.partition(": ")[0] for line in said)
    changed = [name for name, found in now.items() if before.get(name, found) != found and name not in mended]
    said += [f"{name}: is not what was written (checksum); left as it is" for name in changed]
    return {**now, **{name: before[name] for name in changed}}


def _remove_drafts(path: str | Path) -> int:
    """Remove what killed attempts to create this run left beside it."""
    if is_url(path):
        return 0
    target = Path(path)
    drafts = list(target.parent.glob(f".{target.name}.*.new"))
    for draft in drafts:
        shutil.rmtree(draft, ignore_errors=True)
    return len(drafts)
