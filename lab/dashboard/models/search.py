"""Find entries by words and by comparisons: `cold repeats steps>=20 seed=3`."""

import operator
import re
from collections.abc import Callable

from nado_lab.lab.dashboard.models.catalogue import Entry, EntryKind

Test = Callable[[Entry], bool]
COMPARISON = re.compile(r"^(\w+)(>=|<=|>|<)(.+)$")
HOW = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


def search(
    entries: list[Entry], words: str, kind: EntryKind | None = None, hidden: bool = False
) -> list[Entry]:
    """Give the entries of a kind (any, if None) in which every word occurs and every comparison holds.

    `name>number` (also <, >=, <=) compares a parameter or `rows`; `name=value` is a word like others.
    Hidden ones are given where `hidden` says so.
    """
    tests = [_test(word) for word in words.lower().split()]
    offered = (e for e in entries if kind in (None, e.kind) and (hidden or not e.hidden))
    return [entry for entry in offered if all(test(entry) for test in tests)]


def _test(word: str) -> Test:
    found = COMPARISON.match(word)
    if found is None:
        return lambda entry: word in entry.text
    name, sign, text = found.groups()
    try:
        bound = float(text)
    except ValueError:
        return lambda entry: word in entry.text
    how = HOW[sign]
    return lambda entry: (value := _number(entry, name)) is not None and how(value, bound)


def _number(entry: Entry, name: str) -> float | None:
    value = entry.rows if name == "rows" else entry.parameters.get(name)
    return float(value) if isinstance(value, int | float) else None
