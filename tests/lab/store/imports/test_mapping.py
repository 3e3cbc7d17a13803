"""A mapping file says the same as the options it was written from, and is held against its own list."""

from dataclasses import replace

import pytest
from nado_lab.lab.errors import LabError
from nado_lab.lab.store.imports import (
    Axis,
    ChannelColumn,
    ImportOptions,
    PortColumn,
    SampleReduction,
    read_map,
    write_map,
)

FULL = ImportOptions(
    ports=(PortColumn("entry/B", "field", "mT", -3.0, 3.0), PortColumn('odd "name"\\', "voltage")),
    channels=(ChannelColumn("entry/V", "hall", "uV"),),
    axes=(Axis.SEQUENCE, Axis.STEP),
    sequence="run",
    run_id=3,
    samples_per_step=4,
    step_seconds=0.5,
    field_cycle="up,\tdown\n",
    readout=SampleReduction.LAST,
    sample="ice µ",
)


@pytest.mark.parametrize("options", [FULL, ImportOptions()])
def test_what_is_written_is_read_back(tmp_path, options):
    write_map(tmp_path / "map.toml", options)
    assert read_map(tmp_path / "map.toml", ImportOptions()) == options


def test_what_is_stated_besides_holds(tmp_path):
    write_map(tmp_path / "map.toml", FULL)
    stated = ImportOptions(sample="other", run_id=4)
    assert read_map(tmp_path / "map.toml", stated) == replace(FULL, sample="other", run_id=4)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour = 3", "colour"),
        ('axes = ["sideways"]', "axes.0"),
        ("samples_per_step = 0", "samples_per_step"),
        ("[[ports]]\nname = 'field'", "ports.0.column"),
        ("[[ports", "not valid TOML"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path, text, said):
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(LabError, match=said) as caught:
        read_map(tmp_path / "map.toml", ImportOptions())
    assert "\n" not in str(caught.value)
