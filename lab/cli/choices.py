"""Options that take one word of a closed list, or name=value."""

import json
from enum import StrEnum
from typing import TypeVar

from nado_lab.lab.errors import LabError
from nado_lab.lab.json_file import JsonObject

Choice = TypeVar("Choice", bound=StrEnum)


def chosen(kind: type[Choice], word: str, option: str) -> Choice:
    """Return the member that a word names, or say which words there are."""
    try:
        return kind(word)
    except ValueError:
        raise LabError(f"{option} {word}: expected one of {', '.join(kind)}") from None


def read_pairs(given: list[str] | None) -> JsonObject:
    """Read name=value texts; numbers, true, false, null, lists and mappings become what they say in JSON."""
    pairs = {}
    for text in given or []:
        name, sign, value = text.partition("=")
        if not (name and sign):
            raise LabError(f"expected name=value, got {text!r}")
        try:
            pairs[name.strip()] = json.loads(value)
        except ValueError:
            pairs[name.strip()] = value
    return pairs
