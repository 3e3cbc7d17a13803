"""The one refusal of an output path that is taken: nothing is ever overwritten."""

from pathlib import Path

from nado_lab.lab.errors import LabError


def refuse_existing(path: str | Path, option: str = "--out", or_else: str = "remove it") -> None:
    """Refuse a path that exists, naming the option it came by; URLs are left to who creates there."""
    if "://" not in str(path) and Path(path).exists():
        raise LabError(taken(path, option, or_else))


def taken(path: str | Path, option: str = "--out", or_else: str = "remove it") -> str:
    """Say that a path is taken, and what to do."""
    return f"{path} exists already; choose another {option} or {or_else}"
