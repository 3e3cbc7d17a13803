"""Values that no author of a file has in mind, and a way to put them anywhere into nested tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

WORDS = ("", " ", "x", "nan", "1e999", "\x1b[31m", "=1+1", "../up", "ä" * 300, "0", "-1", "\u202e", "\x00")
NUMBERS = (
    0,
    1,
    -1,
    2,
    7,
    10**6,
    10**15,
    -(10**9),
    10**400,
    2**63,
    0.5,
    -0.0,
    1e-9,
    1e-300,
    5e-324,
    1e9,
    1e300,
)
NOT_FINITE = (float("nan"), float("inf"), -float("inf"))


def deep(levels: int) -> list[Any]:
    """Nest a list so many times."""
    found: list[Any] = []
    for _ in range(levels):
        found = [found]
    return found


OTHERS = (None, True, False, [], {}, [[]], {"x": 1}, [1, 2], ["a"], [0.0] * 9, deep(60))
VALUES = st.sampled_from((*WORDS, *NUMBERS, *NOT_FINITE, *OTHERS)) | st.floats() | st.text(max_size=9)


def places(tree: object, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """List the path of every entry of nested tables and lists."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, value in pairs:
        yield (*before, name)
        yield from places(value, (*before, name))


Change = tuple[tuple[Any, ...], str, Any]
"""(path, what is done there, value)."""
HOW = st.sampled_from(("value", "value", "value", "gone", "renamed", "twice"))


def changes(tree: object) -> st.SearchStrategy[list[Change]]:
    """Draw one or two changes of entries that nobody meant."""
    return st.lists(st.tuples(st.sampled_from(list(places(tree))), HOW, VALUES), min_size=1, max_size=2)


def changed(tree: Any, wanted: list[Change]) -> Any:
    """Return nested tables with entries replaced, left out, called otherwise or given twice as a list."""
    found = deepcopy(tree)
    for path, how, value in wanted:
        with suppress(KeyError, IndexError, TypeError):  # gone by the change before
            _change(found, path, how, value)
    return found


def _change(found: Any, path: tuple[Any, ...], how: str, value: object) -> None:
    holder = found
    for name in path[:-1]:
        holder = holder[name]
    if how == "gone":
        del holder[path[-1]]
    elif how == "renamed" and isinstance(holder, dict):
        holder[f"{path[-1]}x"] = holder.pop(path[-1])
    elif how == "twice":
        holder[path[-1]] = [holder[path[-1]], deepcopy(holder[path[-1]])]
    else:
        holder[path[-1]] = value
