"""Close a run whose program died: cut what was not committed, say so, and pack it."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.store import layout
from nado_lab.lab.store.location import is_url, open_root, remove_half_written, storage_errors
from nado_lab.lab.store.metadata import RunMetadata, Status
from nado_lab.lab.store.ownership import run_ownership
from nado_lab.lab.store.pack import sweep
from nado_lab.lab.store.stream import retry
from nado_lab.lab.store.writer import close_run

KILLED = "the program died; repaired afterwards"


@dataclass(frozen=True)
class RepairReport(JsonRecord):
    """What was done to a run: torn rows cut by stream, stray files removed, and how it stands now."""

    path: str
    status: Status
    rows_cut: dict[str, int]
    files_removed: int


def repair(path: str | Path) -> RepairReport:
    """Make a run whole after a kill; refuse while a living process writes it. Say what was done."""
    root = open_root(path, mode="r+")
    owner = run_ownership(path).take()
    try:
        metadata = RunMetadata.model_validate(root.attrs.asdict())
        with storage_errors(path, "repair"):
            half_written = remove_half_written(path)
            groups = layout.streams(root)
            cut = {name: layout.truncate(group) for name, group in groups.items()}
            swept = sum(sweep(a) for group in groups.values() for a in layout.row_arrays(group).values())
        drafts = _remove_drafts(path)

        def update(**fields: object) -> None:
            nonlocal metadata
            metadata = metadata.model_copy(update=fields)
            with storage_errors(path, "repair"):
                retry(lambda: root.attrs.put(metadata.to_attributes()))

        if metadata.status is Status.RUNNING:
            update(status=Status.ABORTED, reason=KILLED, ended=datetime.now(UTC))
        close_run(root, str(path), update)
    finally:
        owner.release()
    return RepairReport(str(path), metadata.status, cut, swept + drafts + half_written)


def _remove_drafts(path: str | Path) -> int:
    """Remove what killed attempts to create this run left beside it."""
    if is_url(path):
        return 0
    target = Path(path)
    drafts = list(target.parent.glob(f".{target.name}.*.new"))
    for draft in drafts:
        shutil.rmtree(draft, ignore_errors=True)
    return len(drafts)
