"""Write plain nested data as TOML; the standard library only reads it."""

import json
from collections.abc import Mapping


def toml_text(data: Mapping[str, object]) -> str:
    """Return TOML for nested dicts of strings, numbers, booleans and lists of these."""
    return "\n".join(_table((), data)).strip() + "\n"


def _table(path: tuple[str, ...], data: Mapping[str, object]) -> list[str]:
    plain = {k: v for k, v in data.items() if not isinstance(v, dict)}
    lines = ["", f"[{'.'.join(map(_key, path))}]"] if path and (plain or not data) else []
    lines += [f"{_key(k)} = {json.dumps(v)}" for k, v in plain.items() if v is not None]
    for key, value in data.items():
        if isinstance(value, dict):
            lines += _table((*path, key), value)
    return lines


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else json.dumps(key)
