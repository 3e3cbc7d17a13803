"""Change what people say of stored runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nado_lab.lab.errors import LabError
from nado_lab.lab.runs.describe import current_user
from nado_lab.lab.store import Run, hide_run, remark, tag, tags_in, title_run


@dataclass(frozen=True)
class Said:
    """What was typed about runs (None: as it is); those of `tags_before` not in `tags` are removed."""

    title: str | None = None
    remark: str = ""
    tags: str = ""
    tags_before: str = ""
    hidden: bool | None = None


def label_runs(runs: Sequence[Path], said: Said) -> None:
    """Keep it with every run; those that refuse (they are measured now) are named together."""
    refused: list[str] = []
    for path in runs:
        try:
            _label(path, said)
        except LabError as error:
            refused.append(str(error))
    if refused:
        raise LabError("; ".join(refused))


def _label(path: Path, said: Said) -> None:
    given, before = tags_in(said.tags), tags_in(said.tags_before)
    known = Run.open(path).metadata.notes
    if said.title is not None and said.title != known.get("title", ""):
        title_run(path, said.title)
    if said.remark.strip():
        remark(path, said.remark, current_user())
    gone = [each for each in before if each not in given and each in known.get("tags", [])]
    if gone or given != before:
        tag(path, given, gone)
    if said.hidden is not None and said.hidden != known.get("hidden", False):
        hide_run(path, hidden=said.hidden)
