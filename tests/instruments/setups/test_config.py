import pytest

from instruments import SetupError, builtin_setups, load_setup
from instruments.setups.config import _PRESETS


def test_builtin_setups_load_by_name():
    assert "sim:nanoring" in builtin_setups()
    for name in builtin_setups():
        assert load_setup(name).name == name


def test_unknown_setup_names_the_known_ones():
    with pytest.raises(SetupError, match="sim:nanoring"):
        load_setup("sim:toaster")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("rotation_hz = 37.0", "rotation_hz = -37.0", "rotation_hz"),
        ('driver = "kepco_bop"', 'driver = "toaster"', "toaster"),
        ("[drive]", "[drive", "TOML"),
        ("max_duty", "max_dutty", "max_dutty"),
    ],
)
def test_a_bad_file_says_what_is_wrong(tmp_path, old, new, told):
    text = (_PRESETS / "nanoring.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SetupError, match=told):
        load_setup(path)
