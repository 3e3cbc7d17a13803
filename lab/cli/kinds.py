"""Arguments that name a thing: one that is missing is missing, and another kind of thing is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from nado_lab.lab.errors import LabError

Value = TypeVar("Value")

RUN, TWIN, NETWORK = "a run", "a twin", "a network"
_CARDS = {"nado-twin": TWIN, "nado-network": NETWORK}
_FILES = {"zarr.json": RUN, "loop.json": "a loop's folder", "table.jsonl": "a sweep's folder"}


def kind_at(path: Path) -> str:
    """Say what lies at a path, as far as its files tell; "" where they do not."""
    for name, kind in _FILES.items():
        if (path / name).is_file():
            return kind
    try:
        card = json.loads((path / "card.json").read_text(encoding="utf-8"))
        return _CARDS.get(str(card.get("schema", "")).partition("/")[0], "")
    except (OSError, ValueError, RecursionError, AttributeError):
        return f"a file ({path.suffix or 'without an ending'})" if path.is_file() else ""


def require(kind: str, *, there: bool = True) -> Callable[[Value], Value]:
    """Make the check of an argument that names `kind`; without `there` it may be a number or an id, too."""

    def check(value: Value) -> Value:
        for each in value if isinstance(value, list | tuple) else [value]:
            if each is not None and "://" not in str(each):
                _check(Path(str(each)), kind, there=there)
        return value

    return check


def _check(path: Path, kind: str, *, there: bool) -> None:
    if not path.exists():
        if there:
            raise LabError(f"{path} does not exist; expected {kind}")
        return
    found = kind_at(path)
    if found and found != kind:
        raise LabError(f"{path} is {found}; expected {kind}")
