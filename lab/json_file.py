"""JSON files of one object: read with a message for people, written whole."""

import json
from pathlib import Path
from typing import Any

from nado_lab.lab.errors import LabError
from nado_lab.lab.text_file import write_text

JsonObject = dict[str, Any]
"""What a JSON file holds, before anybody has checked it."""


def read_json(path: Path) -> JsonObject:
    """Read a JSON object, or say what is wrong with the file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LabError(f"{path} cannot be read as JSON: {reason}") from error
    if not isinstance(found, dict):
        raise LabError(f"{path} should hold a JSON object; it holds a {type(found).__name__}")
    return found


def write_json(path: Path, content: JsonObject) -> None:
    """Replace a JSON file at once; numbers that are not finite are refused."""
    write_text(path, json.dumps(content, indent=2, allow_nan=False) + "\n")
