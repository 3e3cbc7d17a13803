"""Options that take one word of a closed list."""

from enum import StrEnum
from typing import TypeVar

from nado_lab.lab.errors import LabError

Choice = TypeVar("Choice", bound=StrEnum)


def chosen(kind: type[Choice], word: str, option: str) -> Choice:
    """Return the member that a word names, or say which words there are."""
    try:
        return kind(word)
    except ValueError:
        raise LabError(f"{option} {word}: expected one of {', '.join(kind)}") from None
