"""Headers: from the manual's spelling ``[SOURce#:]FUNCtion[:SHAPe]`` to a pattern that accepts its forms."""

import re
from functools import cache

_TOKENS = re.compile(r"\*?[A-Za-z]+\d*[A-Za-z]*#?|[\[\]:]")


@cache
def compile_header(spelling: str) -> re.Pattern[str]:
    """Return the pattern of a header; ``#`` marks a numeric suffix, brackets an optional part."""
    parts = [_piece(part) for part in _TOKENS.findall(spelling.rstrip("?"))]
    return re.compile("".join(parts) + r"\Z")


def suffixes(match: re.Match[str]) -> tuple[int, ...]:
    """Return the numeric suffixes of a header; an omitted one is 1."""
    return tuple(int(group) if group else 1 for group in match.groups())


def _piece(part: str) -> str:
    if part in "[]:":
        return {"[": "(?:", "]": ")?", ":": ":"}[part]
    word = part.rstrip("#")
    short = "".join(letter for letter in word if not letter.islower())
    forms = f"(?:{re.escape(word.upper())}|{re.escape(short)})"
    return forms + (r"(\d*)" if part.endswith("#") else "")
