"""`nado twin list`: the twins below a folder, without loading one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nado_lab.lab.cli.cards import cards
from nado_lab.lab.cli.console import result, table
from nado_lab.lab.cli.options import Below, BelowWord, Json, one_folder
from nado_lab.lab.json_record import JsonRecord

SCHEMA = "nado-twin"


@dataclass(frozen=True)
class TwinEntry(JsonRecord):
    """A twin in a line, as its card tells it; what an older card does not tell is None or empty."""

    path: str
    device: str
    method: str
    channels: int
    r2: float | None
    coverage90: float | None
    runs: tuple[str, ...]


def list_twins(
    word: BelowWord = None,
    below: Below = None,
    as_json: Json = False,
) -> None:
    """List the twins below a folder: device, method, scores, the runs they were fitted to."""
    from nado_lab.lab.errors import LabError

    folder = one_folder(below, word)
    if not folder.is_dir():
        raise LabError(f"{folder} is not a folder")
    found = [entry for card in cards(folder) if (entry := _entry(card)) is not None]
    result([each.to_json() for each in found], as_json, lambda _: _show(found, folder))


def _entry(card: Path) -> TwinEntry | None:
    from nado_lab.lab.errors import LabError
    from nado_lab.lab.json_file import read_json

    try:
        found = read_json(card)
    except LabError:
        return None
    if str(found.get("schema", "")).partition("/")[0] != SCHEMA:
        return None
    parts = [found.get(name) for name in ("metrics", "device", "fit")]
    metrics, device, fit = (part if isinstance(part, dict) else {} for part in parts)
    named = [str(device[key]) for key in ("sample", "device", "setup") if device.get(key)]
    return TwinEntry(
        path=str(card.parent),
        device=", ".join(named),
        method=str(fit.get("method", "")),
        channels=len(found.get("channels") or ()),
        r2=metrics.get("r2"),
        coverage90=metrics.get("coverage90"),
        runs=tuple(map(str, found.get("lineage") or ())),
    )


def _show(found: list[TwinEntry], folder: Path) -> None:
    rows = [
        [
            os.path.relpath(each.path, folder),
            each.device,
            each.method,
            str(each.channels),
            _figure(each.r2),
            _figure(each.coverage90),
            str(len(each.runs)),
        ]
        for each in found
    ]
    table("Twins", ["twin", "device", "method", "channels", "r²", "90 % covers", "runs"], rows)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
