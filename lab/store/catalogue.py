"""Which runs lie below a folder."""

from pathlib import Path
from typing import Any

from lab.store import layout
from lab.store.errors import StoreError
from lab.store.metadata import SCHEMA
from lab.store.reader import Run


def find_runs(folder: str | Path) -> list[dict[str, Any]]:
    """Describe every run below `folder` in a line's worth of values, oldest first."""
    if not Path(folder).is_dir():
        raise StoreError(f"{folder} is not a folder")
    found = [
        _line(Run.open(path.parent)) for path in sorted(Path(folder).rglob("zarr.json")) if _is_root(path)
    ]
    return sorted(found, key=lambda line: line["started"])


def _is_root(path: Path) -> bool:
    return f'"{SCHEMA}"' in path.read_text(encoding="utf-8", errors="replace")


def _line(run: Run) -> dict[str, Any]:
    metadata = run.metadata
    return {
        "run_id": metadata.run_id,
        "path": run.path,
        "status": metadata.status.value,
        "started": metadata.started.isoformat(timespec="seconds"),
        "rows": run.rows() if layout.PRIMARY in run.streams else 0,
        "protocol": metadata.protocol.name if metadata.protocol else "",
        "setup": metadata.setup.name if metadata.setup else "",
        "sample": metadata.sample,
    }
