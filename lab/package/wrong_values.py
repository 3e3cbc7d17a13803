"""What is wrong with a value that a model refused, in words of a person who has not heard of the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "finite": "a finite number",
    "bool": "true or false",
    "string": "text",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "frozen": "a list",
    "dict": "a table (name = value)",
    "model": "a table (name = value)",
    "dataclass": "a table (name = value)",
    "mapping": "a table (name = value)",
    "datetime": "a date and time (2026-01-31T10:00:00Z)",
    "date": "a date (2026-01-31)",
    "path": "a path",
    "none": "nothing",
}
"""What was expected, by the first word of pydantic's error type (pydantic 2, "Validation Errors")."""
_LIMITS = {
    "greater_than": ("gt", "a value above"),
    "greater_than_equal": ("ge", "a value of at least"),
    "less_than": ("lt", "a value below"),
    "less_than_equal": ("le", "a value of at most"),
    "too_short": ("min_length", "at least so many entries:"),
    "too_long": ("max_length", "at most so many entries:"),
    "string_too_short": ("min_length", "at least so many letters:"),
    "string_too_long": ("max_length", "at most so many letters:"),
    "multiple_of": ("multiple_of", "a multiple of"),
    "literal_error": ("expected", "one of"),
    "enum": ("expected", "one of"),
    "string_pattern_mismatch": ("pattern", "text of the form"),
}
_SAID_OTHERWISE = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such entry; is it misspelt?",
    "unexpected_keyword_argument": "there is no such entry; is it misspelt?",
}


def in_words(detail: ErrorDetails) -> str:
    """Say what was expected of a value (one of `ValidationError.errors()`), or what its own check says."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _SAID_OTHERWISE:
        return _SAID_OTHERWISE[kind]
    if kind in ("value_error", "assertion_error"):
        return _own_words(detail["msg"], context)
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        return f"expected {words} {_shown(context.get(name, ''))}"
    word = kind.split("_")[0]
    return f"expected {_EXPECTED[word]}" if word in _EXPECTED else "it cannot be used here"


def _own_words(message: str, context: Mapping[str, object]) -> str:
    """Give what a check of ours says, without the name of the error before it."""
    return str(context.get("error") or message.partition(", ")[2] or message)


def _shown(limit: object) -> str:
    return f"{limit:g}" if isinstance(limit, float) else str(limit)
