"""Frozen dataclasses that are written as JSON and read back, checked against their types."""

from pathlib import Path
from typing import Any, Self

from nado_lab.lab.errors import LabError
from nado_lab.lab.json_file import JsonObject, read_json, write_json
from nado_lab.wrong_values import in_words
from pydantic import TypeAdapter, ValidationError


class JsonRecord:
    """Base of a dataclass whose fields are JSON values, enums, dates, paths or such records."""

    def to_json(self) -> JsonObject:
        """Give the record as a JSON object."""
        adapter: TypeAdapter[Any] = TypeAdapter(type(self))
        return adapter.dump_python(self, mode="json")

    @classmethod
    def from_json(cls, content: JsonObject) -> Self:
        """Make the record of a JSON object; what is missing or of another type is named in one line.

        Entries that it does not know (of a newer version) are left out.
        """
        try:
            return TypeAdapter(cls).validate_python(content)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"]) or "it"
            raise LabError(f"not a {cls.__name__}: {name}: {in_words(first)}") from error

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the record from a JSON file."""
        try:
            return cls.from_json(read_json(path))
        except LabError as error:
            raise error if str(path) in str(error) else LabError(f"{path} is {error}") from error

    def write(self, path: Path) -> None:
        """Write the record as a JSON file, whole."""
        write_json(path, self.to_json())
