"""CSV: tables in the spellings of several programs, whose numbers are known, and bytes of any kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import strategies as st

Case = tuple[bytes, "list[list[float]] | None"]
NUMBERS = st.floats(-1e6, 1e6).map(lambda value: float(f"{value:.6g}"))
ODD = (
    "",
    "#",
    "OVLD",
    "nan",
    "1,5",
    "1.5",
    "9.91E37",
    '"',
    "'1",
    "=1+1",
    "0x1F",
    "\u22121",
    "1e999",
    "--",
    "a,b",
)
DIALECTS = st.sampled_from(((",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ",")))
ENCODINGS = st.sampled_from(("utf-8", "utf-8-sig", "cp1252", "utf-16"))


def cases(folder: Path) -> st.SearchStrategy[Case]:
    """Give plain tables with what must be read of them, tables with an odd cell, and bytes."""
    text = st.text(alphabet='ab,;#"\n1.5eE-+\r\t \u00b5=', max_size=60).map(str.encode)
    anything = (st.binary(max_size=200) | text).map(lambda content: (content, None))
    return st.one_of(_plain(), _odd(), anything)


def attempt(case: Case, folder: Path) -> None:
    """Read and import a table; numbers that are known must be those."""
    from nado_lab.lab.store import Run
    from nado_lab.lab.store.imports import import_files
    from nado_lab.lab.store.imports.tables import read_table

    content, wanted = case
    file = folder / "t.csv"
    file.write_bytes(content)
    if wanted is not None:
        np.testing.assert_array_equal(read_table(file).frame.to_numpy(dtype=float), wanted)
    import_files([file], folder / "run")
    data = Run.open(folder / "run").load()
    if wanted is not None:
        assert data.sizes["trial"] == len(wanted)


@st.composite
def _plain(draw: st.DrawFn) -> Case:
    columns = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(NUMBERS, min_size=columns, max_size=columns), min_size=1, max_size=6))
    delimiter, point = draw(DIALECTS)
    names = [f"c{number} ({draw(st.sampled_from(('V', 'mV', '1', 'T')))})" for number in range(columns)]
    lines = [delimiter.join(names), *(delimiter.join(_text(value, point) for value in row) for row in rows)]
    end = draw(st.sampled_from(("\n", "\r\n")))
    certain = point == "." or columns > 1  # one column of "1,5" may as well be two of 1 and 5
    content = (end.join(lines) + end).encode(draw(st.sampled_from(("utf-8", "utf-8-sig", "cp1252"))))
    return content, rows if certain else None


@st.composite
def _odd(draw: st.DrawFn) -> Case:
    content, _ = draw(_plain())
    cells = content.decode("utf-8-sig").splitlines()
    line = draw(st.integers(0, len(cells) - 1))
    at = draw(st.integers(0, len(cells[line])))
    cells[line] = cells[line][:at] + draw(st.sampled_from(ODD)) + cells[line][at:]
    return "\n".join(cells).encode(draw(ENCODINGS), errors="replace"), None


def _text(value: float, point: str) -> str:
    return repr(value).replace(".", point)
