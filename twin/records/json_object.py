"""JSON that comes from outside: checked entry by entry, wrong ones named in one line."""

from __future__ import annotations

from typing import Any, TypeVar

from nado_lab.twin.errors import TwinError
from nado_lab.wrong_values import in_words
from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")
JsonObject = dict[str, Any]
"""What a JSON file holds, before anybody has checked it."""


def read_entry(name: str, adapter: TypeAdapter[T], value: object) -> T:
    """Check an entry against its type; say in one line what is wrong with it."""
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in (name, *first["loc"]) if part != "")
        raise TwinError(f"{where}: {in_words(first)}; it is {first['input']!r:.40}") from error
