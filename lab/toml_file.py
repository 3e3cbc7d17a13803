"""TOML files: read with a message for people, as tables or as a pydantic model."""

import tomllib
from pathlib import Path
from typing import TypeVar

from nado_lab.lab.errors import LabError
from nado_lab.lab.json_file import JsonObject, read_json
from nado_lab.wrong_values import in_words
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path) -> JsonObject:
    """Read the tables of a TOML file, or say what is wrong with it."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise LabError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, tables nested as deep
        raise LabError(f"{path} is not valid TOML: {error}") from error


def read_model(path: Path, model: type[Model]) -> Model:
    """Read a TOML file (or the JSON kept of one) into a model; a wrong entry is named in one line."""
    content = read_json(path) if path.suffix == ".json" else read_toml(path)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "file"
        raise LabError(f"{path}: {name}: {in_words(first)}") from error
