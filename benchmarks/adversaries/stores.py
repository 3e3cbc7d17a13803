"""Stores: files of a run cut, emptied, removed or changed; nothing that could be read before is lost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from benchmarks.adversaries.nonsense import Change, changed, changes

Damage = tuple[int, str, int, bytes, list[Change]]
ROWS = 7
KNOWN = {
    "zarr_format": 3,
    "shape": [7],
    "attributes": {"rows_committed": 7, "schema": "nado-run/1", "status": "running"},
    "codecs": [{"name": "bytes"}],
    "data_type": "float64",
    "chunk_grid": {"configuration": {"chunk_shape": [7]}},
    "dimension_names": ["trial"],
}
"""Entries of a zarr.json that are changed."""


def cases(folder: Path) -> st.SearchStrategy[tuple[bool, list[Damage]]]:
    """Give whether the run was closed, and damages: (file, what, where it is cut, bytes, changes)."""
    _prepare(folder)
    kinds = st.sampled_from(("cut", "empty", "gone", "bytes", "json", "json", "stray", "swap"))
    damage = st.tuples(
        st.integers(0, 99), kinds, st.integers(0, 2000), st.binary(max_size=40), changes(KNOWN)
    )
    return st.tuples(st.booleans(), st.lists(damage, min_size=1, max_size=3))


def attempt(case: tuple[bool, list[Damage]], folder: Path) -> None:
    """Verify, show, repair and read a damaged run."""
    from nado_lab.lab.store import Run, find_runs, repair, summarise, verify

    closed, damages = case
    run = folder / "run"
    shutil.copytree(folder.parent / "prepared" / str(closed), run)
    for damage in damages:
        _harm(run, damage)
    before = _readable(run)
    for act in (
        verify,
        lambda path: summarise(Run.open(path)),
        repair,
        verify,
        lambda path: Run.open(path).load(),
    ):
        _for_people(act, run)
    find_runs(folder)
    after = _readable(run)
    for name, values in before.items():
        np.testing.assert_array_equal(values, after[name][: len(values)], err_msg=name)


def _harm(run: Path, damage: Damage) -> None:
    number, kind, length, content, wanted = damage
    files = sorted(file for file in run.rglob("*") if file.is_file())
    if not files:
        return
    file, other = files[number % len(files)], files[(number * 7 + 1) % len(files)]
    if kind == "gone":
        file.unlink()
    elif kind == "stray":
        (file.parent / "stray").mkdir(exist_ok=True)
        (file.parent / "stray" / "zarr.json").write_bytes(content)
    elif kind == "swap":
        file.write_bytes(other.read_bytes())
    elif kind == "json" and file.name == "zarr.json":
        _change_json(file, wanted)
    else:
        file.write_bytes(file.read_bytes()[:length] if kind == "cut" else b"" if kind == "empty" else content)


def _change_json(file: Path, wanted: list[Change]) -> None:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return
    file.write_text(json.dumps(changed(found, wanted)), encoding="utf-8")


def _for_people(act: Any, run: Path) -> Any:
    from nado_lab.lab.errors import is_for_people

    try:
        return act(run)
    except Exception as error:
        if not is_for_people(error):
            raise
    return None


def _readable(run: Path) -> dict[str, np.ndarray]:
    from nado_lab.lab.store import Run

    found = _for_people(lambda path: Run.open(path).load(), run)
    return {} if found is None else {str(name): each.values for name, each in found.data_vars.items()}


def _prepare(folder: Path) -> None:
    """Write one run that was closed, and one whose program died."""
    from nado_lab.lab.store import RunMetadata, RunWriter, Status
    from nado_lab.protocols import Column, Coordinate

    columns = (
        Column("u", units="V"),
        Column("n", dtype="int64"),
        Column("note", dtype="string"),
        Column("trace", ("k",), (2,)),
    )
    for closed in (True, False):
        path = folder / str(closed)
        if path.exists():
            continue
        writer = RunWriter.create(path, RunMetadata(), {"primary": columns}, [Coordinate("k", ("a", "b"))])
        for number in range(ROWS):
            writer.append(
                "primary", {"u": number / 8, "n": number, "note": f"n{number}", "trace": [number, 1]}
            )
        writer.flush()
        if closed:
            writer.finalise(Status.COMPLETE)
        writer.close()
