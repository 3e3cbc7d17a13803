"""emit: rows of any values, from a plain procedure; the good rows before a bad one must be there."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

Row = tuple[str, Any]
GOOD = st.fixed_dictionaries({"x": st.floats(-1e6, 1e6), "y (V)": st.integers(-9, 9)})
WILD = st.sampled_from(
    (
        *("OVLD", "1.5", "", None, b"1", 1 + 2j, 3.7, True, 10**400, float("nan"), float("inf")),
        *([1, 2], [], (1,), {"a": 1}, {1}, np.float32(1.5), np.int8(3), np.array(2.0), np.array([1.0, 2.0])),
        *(np.ma.masked, np.datetime64("2026-01-01"), datetime.datetime(2026, 1, 1), np.array("x"), object),
        *(np.array([None]), "\x00", "é" * 500, np.float64("nan"), range(3), lambda: 1),
    )
)
NAMES = st.sampled_from(("x", "y (V)", "y", "z", "", "trial", "x ", 3, None))
TOPICS = st.sampled_from(("results", "results", "results", "batch results", "progress", "result", "", None))


def cases(folder: Path) -> st.SearchStrategy[Any]:
    """Give good rows, and what is emitted after them."""
    record = st.dictionaries(NAMES, WILD, max_size=3) | GOOD.flatmap(_one_wild) | WILD
    return st.tuples(st.lists(GOOD, max_size=4), st.tuples(TOPICS, record))


def attempt(case: tuple[list[dict[str, float]], Row], folder: Path) -> None:
    """Measure; however it ends, the good rows are stored, and the run is closed and opens."""
    from nado_lab.lab.errors import is_for_people
    from nado_lab.lab.runs import NoBench, run_protocol
    from nado_lab.lab.store import Run, Status
    from nado_lab.protocols import load_protocol

    good, (topic, record) = case
    file = folder / "scan.py"
    file.write_text(SOURCE, encoding="utf-8")
    procedure = load_protocol(f"{file}:Scan")()
    setattr(procedure, "given", [*(("results", row) for row in good), (topic, record)])  # noqa: B010
    error: Exception | None = None
    try:
        run_protocol(procedure, NoBench(), folder / "run")
    except Exception as raised:
        if not is_for_people(raised):
            raise
        error = raised
    run = Run.open(folder / "run")
    data = run.load()
    assert run.status is (Status.FAILED if error else Status.COMPLETE), run.status
    assert data.sizes["trial"] >= len(good), f"{data.sizes['trial']} of {len(good)} good rows"
    kept = data["x"].values[: len(good)]
    np.testing.assert_array_equal(kept, np.array([row["x"] for row in good], dtype=kept.dtype))


def _one_wild(row: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(st.sampled_from(sorted(row)), WILD).map(lambda pair: row | {pair[0]: pair[1]})


SOURCE = """
from pymeasure.experiment import Procedure

class Scan(Procedure):
    DATA_COLUMNS = ["x", "y (V)"]

    def execute(self):
        for topic, record in self.given:
            self.emit(topic, record)
"""
