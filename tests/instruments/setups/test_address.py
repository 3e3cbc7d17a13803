import pytest
from nado_lab.instruments import SetupError, load_setup
from nado_lab.instruments.setups.address import visa_address
from nado_lab.instruments.setups.config import RoleConfig
from nado_lab.instruments.setups.families import preset_files


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("ASRL3::INSTR", "ASRL3::INSTR"),
        ("ASRL3", "ASRL3::INSTR"),
        ("ASRL/dev/ttyUSB0::INSTR", "ASRL/dev/ttyUSB0::INSTR"),
        (" GPIB::6 ", "GPIB0::6::INSTR"),
        ("USB0::0x0957::0x2C07::MY5::INSTR", "USB0::0x0957::0x2C07::MY5::0::INSTR"),
        ("TCPIP::192.0.2.7::INSTR", "TCPIP0::192.0.2.7::inst0::INSTR"),
        ("TCPIP0::dmm.lab::5025::SOCKET", "TCPIP0::dmm.lab::5025::SOCKET"),
    ],
)
def test_one_instrument_has_one_spelling(written, canonical):
    assert visa_address(written) == canonical
    assert visa_address(canonical) == canonical


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("COM3", "'ASRL3::INSTR'"),
        ("com12", "'ASRL12::INSTR'"),
        ("/dev/ttyUSB0", "'ASRL/dev/ttyUSB0::INSTR'"),
        ("192.0.2.7", "'TCPIP0::192.0.2.7::inst0::INSTR'"),
        ("asrl3::instr", "'ASRL3::INSTR'"),
        ("GPIB0:6", "looks like one of"),
        ("", "looks like one of"),
    ],
)
def test_what_is_no_address_is_told_how_to_write_it(written, told):
    with pytest.raises(ValueError, match="no VISA address") as caught:
        visa_address(written)
    assert told in str(caught.value)


def with_source_at(tmp_path, address):
    text = preset_files()["sim:nanoring"].read_text(encoding="utf-8")
    text = text.replace("GPIB99::12::INSTR", address)
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_setup_names_the_role_whose_address_is_none(tmp_path):
    with pytest.raises(SetupError, match=r"roles\.source.*ASRL3::INSTR"):
        load_setup(with_source_at(tmp_path, "COM3"))


def test_channels_of_ni_cards_are_left_alone():
    assert RoleConfig(driver="ni_waveform_pair", address="Dev1/ao0:1").address == "Dev1/ao0:1"


def test_two_roles_at_one_address_are_refused_however_it_is_spelt(tmp_path):
    with pytest.raises(SetupError, match="'supply_x' and 'source' share"):
        load_setup(with_source_at(tmp_path, "GPIB99::6"))
