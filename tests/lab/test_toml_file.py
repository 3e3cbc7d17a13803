"""Setup and other TOML files from elsewhere: read, or refused in one line."""

import pytest
from nado_lab.instruments import SetupError, load_setup
from nado_lab.lab.errors import LabError
from nado_lab.lab.json_file import read_json
from nado_lab.lab.toml_file import read_toml

HOSTILE = ["x = " + "[" * 20_000 + "]" * 20_000, "x = " + "9" * 5000, "x = \x00", "= 3"]


@pytest.mark.parametrize("content", HOSTILE, ids=["deep", "digits", "zero", "no name"])
def test_hostile_content_is_one_line(tmp_path, content):
    file = tmp_path / "setup.toml"
    file.write_text(content)
    with pytest.raises(LabError, match="is not valid TOML"):
        read_toml(file)
    with pytest.raises(SetupError, match="is no TOML"):
        load_setup(file)


def test_a_byte_order_mark_is_read_over(tmp_path):
    file = tmp_path / "notepad.toml"
    file.write_text("x = 3\n", encoding="utf-8-sig")
    assert read_toml(file) == {"x": 3}
    file.write_text('{"x": 3}', encoding="utf-8-sig")
    assert read_json(file) == {"x": 3}


@pytest.mark.parametrize("content", ['{"x": ' + "[" * 200_000, '{"x": ' + "9" * 5000 + "}"])
def test_hostile_json_is_one_line(tmp_path, content):
    (tmp_path / "card.json").write_text(content)
    with pytest.raises(LabError, match="cannot be read as JSON"):
        read_json(tmp_path / "card.json")
