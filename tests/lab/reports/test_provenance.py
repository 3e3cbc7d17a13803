"""What pages say of how a thing came to be, and what names of channels mean."""

import pytest
from nado_lab.instruments import builtin_setups, load_setup
from nado_lab.lab.reports.channel_names import channels_section, meaning_of
from nado_lab.lab.reports.provenance import FIELDS, Provenance, provenance_of_run, provenance_section
from nado_lab.lab.store import RunMetadata, SetupRecord
from nado_lab.lab.store.metadata import ParameterRecord, ProtocolRecord


def facts(known):
    return dict(provenance_section(known).table.rows)


def test_what_nobody_recorded_is_said_so():
    assert facts(Provenance()) == dict.fromkeys(FIELDS, "not recorded")


@pytest.mark.parametrize("name", sorted(builtin_setups()))
def test_a_run_on_every_setup_tells_its_limits(name):
    config = load_setup(name)
    details = config.model_dump(mode="json")
    protocol = ProtocolRecord(name="characterise", parameters={"seed": ParameterRecord(value=4)})
    setup = SetupRecord(name=name, seed=3, noise_seed=5, details=details)
    known = facts(provenance_of_run(RunMetadata(setup=setup, protocol=protocol, operator="ada")))
    assert config.ports[0].name in known["limits"]
    assert "specimen 3, noise 5, drives (seed) 4" in known["seeds"]
    assert (known["operator"], known["setup"]) == ("ada", name)
    assert known["sample"] == config.sample


def test_calibrated_axes_are_told():
    details = load_setup("sim:nanoring").model_dump(mode="json")
    known = facts(provenance_of_run(RunMetadata(setup=SetupRecord(name="x", details=details))))
    assert "axes x: tesla_per_ampere 0.002" in known["calibration"]
    bare = facts(provenance_of_run(RunMetadata(setup=SetupRecord(name="x", details={"kind": "x"}))))
    assert bare["calibration"] == "none in the setup file"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("h0_1", "contact pair 1"),
        ("h2y_0", "second harmonic of the voltage in quadrature to the field, pair 0"),
        ("9.500 GHz", "at 9.500 GHz"),
        ("node2_light_7", "photodiode of node 2, sample 7"),
        ("m3", ""),
    ],
)
def test_names_of_channels_are_explained(name, told):
    assert told in meaning_of(name)


def test_channels_of_nobody_s_convention_have_no_section():
    assert channels_section(("a", "b"), ("V", "V")) == ()
    [section] = channels_section(("h0_0", "b"), ("V", "A"))
    assert section.table.rows[1] == ("b", "A", "")
