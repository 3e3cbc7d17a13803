import re

import pytest
from nado_lab.instruments import SetupConfig, SetupError, builtin_setups, load_setup
from nado_lab.instruments.setups.families import preset_files


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
        ("[timing]", "[timing", "TOML"),
        ("max_duty", "max_dutty", "max_dutty"),
        (
            "max_amperes = 5.0",
            "max_ampres = 5.0",
            r"role 'supply_x': kepco_bop has no limit 'max_ampres'; "
            "it knows max_amperes, max_volts, slew_amperes_per_s",
        ),
        ('address = "GPIB99::17', 'limits = { max_t = 1 }\naddress = "GPIB99::17', "it knows input_number"),
        ('"keithley_dmm6500"', '"keithley_dmm6500"\nlimits = { max_volts = 1 }', "it takes none"),
        (
            "max_amperes = 5.0, ",
            "",
            r"'supply_x': write the most .*\[roles.supply_x.limits\] as max_amp",
        ),
    ],
)
def test_a_bad_file_says_what_is_wrong(tmp_path, old, new, told):
    text = preset_files()["sim:nanoring"].read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SetupError, match=told):
        load_setup(path)


@pytest.mark.parametrize("name", sorted(builtin_setups()))
def test_the_addresses_of_a_preset_reach_nothing_real(name):
    for role in load_setup(name).roles.values():
        nothing = r"GPIB99::|TCPIP0::\w+\.invalid::|USB0::\w+::\w+::SIMULATED::|SIMULATED/a[io]"
        assert re.match(nothing, role.address)


@pytest.mark.parametrize("name", sorted(builtin_setups()))
def test_a_setup_written_as_toml_loads_as_the_same_setup(tmp_path, name):
    config = load_setup(name).with_addresses({"supply_x": "TCPIP0::127.0.0.1::5025::SOCKET"}, "@py")
    path = tmp_path / "written.toml"
    path.write_text(config.to_toml(), encoding="utf-8")
    assert load_setup(path) == config


def test_the_common_part_of_any_setup_is_read_from_json():
    """The supervisor needs roles and library only."""
    for name in builtin_setups():
        config = load_setup(name)
        assert SetupConfig.model_validate_json(config.model_dump_json()).roles == config.roles


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SetupError, match=r"mine\.toml is no TOML: it is no text"):
        load_setup(tmp_path / "mine.toml")
