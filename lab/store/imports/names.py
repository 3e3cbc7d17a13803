"""Find what a person means by a name: the name itself, as a heading is tidied, or the end of a path."""

import re
from collections.abc import Collection

from nado_lab.lab.store.errors import StoreError

_MOST_LISTED = 12


def tidy(name: str) -> str:
    """Make a name that a column may have: letters, digits, underscores."""
    cleaned = re.sub(r"\W+", "_", name.strip(), flags=re.ASCII).strip("_")
    return cleaned if cleaned[:1].isalpha() else f"column_{cleaned}"


def tail(name: str) -> str:
    """Return the last part of a path in a file: of `group/voltage` or `data.voltage` the voltage."""
    return re.split(r"[/.]", name)[-1] or name


def find(wanted: str, names: Collection[str], where: object, listed: str = "") -> str:
    """Return the one of `names` that is meant; StoreError says which there are in `where`."""
    ends = (f"/{wanted}", f".{wanted}")
    for found in (
        [name for name in names if name == wanted],
        [name for name in names if name == tidy(wanted)],
        [name for name in names if name.endswith(ends)],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            raise StoreError(f"{where}: several are called {wanted!r}: {', '.join(found)}")
    told = list(names)[:_MOST_LISTED] + (["..."] if len(names) > _MOST_LISTED else [])
    raise StoreError(f"{where} has no {wanted!r}; it has {listed or ', '.join(told)}")
