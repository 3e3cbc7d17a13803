"""The table of a sweep: JSON lines and CSV, one row a point, in the order of the points."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any


def write_table(rows: list[dict[str, Any]], out: Path) -> None:
    """Write table.jsonl and table.csv into the folder `out`, each whole or not at all."""
    lines = "".join(json.dumps(row, allow_nan=False) + "\n" for row in rows)
    _replace(out / "table.jsonl", lines)
    draft = out / ".table.csv.draft"
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    draft.replace(out / "table.csv")


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | dict) else value


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
