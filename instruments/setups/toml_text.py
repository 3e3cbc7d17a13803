"""Write plain nested data as TOML; the standard library only reads it."""

import json
from collections.abc import Mapping, Sequence
from typing import TypeGuard


def toml_text(data: Mapping[str, object]) -> str:
    """Return TOML for nested dicts of strings, numbers, booleans, lists of these, and lists of flat dicts."""
    return "\n".join(_table((), data)).strip() + "\n"


def _table(path: tuple[str, ...], data: Mapping[str, object]) -> list[str]:
    plain = {k: v for k, v in data.items() if not isinstance(v, dict) and not _is_tables(v)}
    lines = ["", f"[{'.'.join(map(_key, path))}]"] if path and (plain or not data) else []
    lines += [f"{_key(k)} = {json.dumps(v)}" for k, v in plain.items() if v is not None]
    for key, value in data.items():
        if isinstance(value, dict):
            lines += _table((*path, key), value)
        elif _is_tables(value):
            lines += _array((*path, key), value)
    return lines


def _is_tables(value: object) -> TypeGuard[Sequence[Mapping[str, object]]]:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(each, dict) for each in value)


def _array(path: tuple[str, ...], tables: Sequence[Mapping[str, object]]) -> list[str]:
    """Write an array of tables, each of plain entries."""
    head = f"[[{'.'.join(map(_key, path))}]]"
    return [line for each in tables for line in ("", head, *_table((), each))]


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else json.dumps(key)
