"""What is listed of an entry, column by column: texts to show and keys to sort by; and what differs."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nado_lab.lab.dashboard.models.catalogue import Entry

Key = tuple[int, float, str]
"""Numbers before texts, what is missing last."""
MOST_PARAMETERS = 60


@dataclass(frozen=True)
class Field:
    """One column: its heading, its width in pixels (0: what is left), and what it holds of an entry."""

    name: str
    width: int
    value: Callable[[Entry], object]

    def text(self, entry: Entry) -> str:
        """Write the value for people."""
        return shown_value(self.value(entry))

    def key(self, entry: Entry) -> Key:
        """Give what the column is sorted by."""
        value = self.value(entry)
        if isinstance(value, bool | int | float):
            return 0, float(value), ""
        text = shown_value(value)
        return (1, 0.0, text.lower()) if text else (2, 0.0, "")


FIELDS = (
    Field("kind", 58, lambda e: str(e.kind)),
    Field("name", 0, lambda e: e.short_name),
    Field("status", 76, lambda e: e.status),
    Field("started", 134, lambda e: e.started),
    Field("protocol", 90, lambda e: e.protocol),
    Field("rows", 50, lambda e: e.rows),
    Field("sample", 80, lambda e: e.sample),
    Field("operator", 80, lambda e: e.operator),
    Field("tags", 90, lambda e: ", ".join(e.tags)),
    Field("notes", 160, lambda e: "; ".join(e.remarks)),
    Field("setup", 100, lambda e: e.setup),
)
ALWAYS, FIRST_SHOWN = (
    "name",
    ("kind", "name", "status", "started", "protocol", "rows", "sample", "tags", "notes"),
)
_FIXED = {field.name: field for field in FIELDS}


def field_named(name: str) -> Field:
    """Give a column by name: one of FIELDS, or that of a parameter."""
    return _FIXED.get(name) or Field(name, 80, lambda e: e.parameters.get(name))


def parameter_names(entries: Iterable[Entry]) -> list[str]:
    """Name the parameters of entries, those of most entries first."""
    seen = Counter(name for entry in entries for name in entry.parameters if name not in _FIXED)
    return [name for name, _ in seen.most_common(MOST_PARAMETERS)]


def sorted_by(entries: Sequence[Entry], name: str, descending: bool) -> list[Entry]:
    """Sort entries by a column; what has no value there comes last either way."""
    field = field_named(name)
    keyed = [(field.key(entry), entry) for entry in entries]
    there = [each for each in keyed if each[0][0] < 2]
    there.sort(key=lambda each: each[0], reverse=descending)
    return [entry for _, entry in there] + [entry for key, entry in keyed if key[0] == 2]


def differences(entries: Sequence[Entry], only: bool = True) -> list[tuple[str, list[str]]]:
    """Give the rows (field or parameter, its text in every entry) in which entries differ, or all rows."""
    names = [field.name for field in FIELDS] + parameter_names(entries)
    rows = [(name, [field_named(name).text(entry) for entry in entries]) for name in names]
    return [(name, texts) for name, texts in rows if any(texts) and (not only or len(set(texts)) > 1)]


def told_apart(entries: Sequence[Entry]) -> list[str]:
    """Name entries shortly; to those that share a name with others the parameters are added that differ."""
    names = [entry.short_name for entry in entries]
    differing = [
        name for name in parameter_names(entries) if len({field_named(name).text(e) for e in entries}) > 1
    ]
    told: list[str] = []
    for entry in entries:
        values = [f"{name}={field_named(name).text(entry)}" for name in differing]
        shared = names.count(entry.short_name) > 1
        told.append(", ".join((entry.short_name, *values)) if shared else entry.short_name)
    return told


def shown_value(value: object) -> str:
    """Write a value in one line; nothing for None."""
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else " ".join(str(value).split())
