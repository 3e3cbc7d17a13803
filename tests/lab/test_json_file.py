"""Small files of the lab: read with a message for people, written whole or not at all."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from nado_lab.lab.errors import LabError
from nado_lab.lab.json_file import read_json, write_json
from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.toml_file import read_toml


@dataclass(frozen=True)
class Row(JsonRecord):
    value: float
    name: str = ""


@dataclass(frozen=True)
class Book(JsonRecord):
    rows: tuple[Row, ...]
    path: Path | None = None
    more: dict[str, float] = field(default_factory=dict)


def test_what_is_written_is_read_again_and_nothing_else_lies_there(tmp_path):
    write_json(tmp_path / "a.json", {"a": [1, 2.5, None]})
    write_json(tmp_path / "a.json", {"a": "ä"})
    assert read_json(tmp_path / "a.json") == {"a": "ä"}
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(tmp_path, monkeypatch):
    write_json(tmp_path / "a.json", {"a": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"a": float("nan")})
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(OSError, match="full"):
        write_json(tmp_path / "a.json", {"a": 2})
    assert read_json(tmp_path / "a.json") == {"a": 1}
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize(
    ("text", "said"), [("{", "read as JSON"), ("[1]", "holds a list"), (None, "No such")]
)
def test_what_is_no_json_object_is_named(tmp_path, text, said):
    if text is not None:
        (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(LabError, match=said):
        read_json(tmp_path / "a.json")


def test_what_is_no_toml_is_named(tmp_path):
    (tmp_path / "a.toml").write_text("a = [", encoding="utf-8")
    with pytest.raises(LabError, match="is not valid TOML"):
        read_toml(tmp_path / "a.toml")


def test_a_record_comes_back_as_it_was_and_entries_of_a_newer_version_are_left_out(tmp_path):
    book = Book((Row(1 / 3, "third"),), Path("x"), {"a": 1.5})
    book.write(tmp_path / "b.json")
    assert Book.read(tmp_path / "b.json") == book
    assert Book.from_json({**book.to_json(), "newer": 1}) == book


def test_a_record_of_other_types_is_refused_by_name(tmp_path):
    write_json(tmp_path / "b.json", {"rows": [{"value": "high"}]})
    with pytest.raises(LabError, match=r"b\.json is not a Book: rows\.0\.value"):
        Book.read(tmp_path / "b.json")


def test_a_taken_path_is_refused_by_the_option_it_came_by(tmp_path):
    with pytest.raises(LabError, match="exists already; choose another --to or remove it"):
        refuse_existing(tmp_path, "--to")
    refuse_existing(tmp_path / "new")
    refuse_existing("s3://bucket/run")
