"""What completes in the shell: setups, protocols, methods, runs; what is heavy is loaded when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

MOST = 200
Completion = Callable[[str], list[str]]


def of(*words: str) -> Completion:
    """Complete one of some words."""
    return lambda incomplete: [word for word in words if word.startswith(incomplete)]


def setups(incomplete: str) -> list[str]:
    """Complete a built-in setup, or a TOML file."""
    from nado_lab.instruments import builtin_setups

    return _beginning([*builtin_setups(), *_files("*.toml", incomplete)], incomplete)


def protocols(incomplete: str) -> list[str]:
    """Complete the name of a protocol."""
    from nado_lab.protocols import protocols_to_choose

    return _beginning(protocols_to_choose(), incomplete)


def tasks(incomplete: str) -> list[str]:
    """Complete the name of a task or an environment, or a file with a task."""
    from nado_lab.network import environment_names, task_names

    named = [*task_names(), *environment_names()]
    return _beginning([*named, *_files("*.npz", incomplete), *_files("*.nwb", incomplete)], incomplete)


def runs(incomplete: str) -> list[str]:
    """Complete the path of a run below the current folder."""
    from nado_lab.lab.store import find_runs

    with suppress(Exception):  # in the middle of a word nobody can read an error
        return _beginning([each.path for each in find_runs(Path())][-MOST:], incomplete)
    return []


def twins(incomplete: str) -> list[str]:
    """Complete the path of a twin or a network (whatever holds a card) below the current folder."""
    from nado_lab.lab.cli.cards import cards

    with suppress(OSError):
        return _beginning([str(card.parent) for card in cards(Path())][:MOST], incomplete)
    return []


def _beginning(words: Iterable[str], incomplete: str) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]


def _files(pattern: str, incomplete: str) -> list[str]:
    folder = Path(incomplete).parent if "/" in incomplete else Path()
    with suppress(OSError):
        return [str(path) for path in sorted(folder.glob(pattern))]
    return []
