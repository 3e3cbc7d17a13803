"""Families of plug-ins: whole by one entry, their presets by name, left out where something is wrong."""

import pytest
from nado_lab import plugins
from nado_lab.instruments import SetupError, builtin_setups, config_from, load_setup
from nado_lab.instruments.drivers import DRIVERS
from nado_lab.instruments.setups.families import FAMILIES, preset_files
from nado_lab.instruments.setups.load import broken_presets

FAMILY = """
from pathlib import Path
from typing import Literal
from nado_lab.instruments.setups.family import Family
from nado_lab.instruments.setups.nanoring import NanoringConfig, NanoringSetup
from nado_lab.plugins import Plugin

class OtherConfig(NanoringConfig, frozen=True, extra="forbid"):
    kind: Literal["other"]

FAMILY = Family(
    "other",
    OtherConfig,
    NanoringSetup,
    presets=Path(__file__).parent / "presets",
    bench="nanoring",
    drivers={"other_kepco": "nado_lab.instruments.drivers.kepco_bop:KepcoBOP"},
)
NADO_PLUGIN = Plugin(setups={"other": FAMILY, "named-wrong": FAMILY, "no-family": 3})
"""


@pytest.fixture(autouse=True)
def presets(tmp_path, monkeypatch):
    monkeypatch.setenv(plugins.FILES, "")
    folder = tmp_path / "presets"
    folder.mkdir()
    preset = preset_files()["sim:nanoring"].read_text(encoding="utf-8")
    own = preset.replace('kind = "nanoring"', 'kind = "other"').replace("kepco_bop", "other_kepco")
    (folder / "other.toml").write_text(own, encoding="utf-8")
    file = tmp_path / "family.py"
    file.write_text(FAMILY)
    plugins.use_files([file])
    return folder


def test_a_family_brings_its_presets_and_drivers():
    config = load_setup("sim:other")
    assert (config.kind, config.roles["supply_x"].driver) == ("other", "other_kepco")
    assert "sim:other" in builtin_setups()
    assert DRIVERS.load("other_kepco").__name__ == "KepcoBOP"
    assert FAMILIES.load("other").bench == "nanoring"


def test_a_kind_that_nobody_knows_and_one_that_is_wrong_are_told():
    with pytest.raises(SetupError, match=r"here: no kind of setup 'new'; there are nanoring.*other"):
        config_from({"kind": "new"}, "here")
    with pytest.raises(SetupError, match="registered as 'named-wrong', but is of kind 'other'"):
        FAMILIES.load("named-wrong")
    assert {each.name for each in FAMILIES.broken()} == {"named-wrong", "no-family"}


def test_a_broken_preset_and_one_of_a_taken_name_are_left_out_and_named(presets):
    (presets / "bad.toml").write_text('kind = "other"\nname = 3\n')
    (presets / "nanoring.toml").write_text((presets / "other.toml").read_text())
    assert "sim:bad" not in builtin_setups()
    assert load_setup("sim:nanoring").kind == "nanoring"
    reasons = {each.name: each.reason for each in broken_presets()}
    assert set(reasons) == {"sim:bad", "sim:nanoring"}
    assert "is taken by" in reasons["sim:nanoring"]
