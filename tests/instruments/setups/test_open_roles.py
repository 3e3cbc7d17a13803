import pytest
from nado_lab import sim_backend
from nado_lab.instruments import DisconnectedError, WallClock, load_setup
from nado_lab.instruments.drivers import SafeDriver
from nado_lab.instruments.setups.config import RoleConfig
from nado_lab.instruments.setups.open_roles import open_roles
from pyvisa.constants import ControlFlow, Parity, StopBits


@pytest.mark.parametrize(
    ("told", "extra"),
    [("Please install PyUSB to use this.\nNo module named 'usb'", True), ("no such\nhost", False)],
)
def test_a_missing_package_is_named_with_how_to_get_it(monkeypatch, told, extra):
    def refuse(*_, **__):
        raise ValueError(told)

    monkeypatch.setattr(SafeDriver, "__init__", refuse)
    with pytest.raises(DisconnectedError, match="role 'generator': cannot open USB0") as refused:
        open_roles(load_setup("sim:nanoring"), "@py", WallClock())
    assert ('pip install "nado-lab[hardware]"' in str(refused.value)) == extra
    assert "\n" not in str(refused.value)


@pytest.fixture
def on_a_serial_port():
    """A bench whose supply hangs on COM3."""
    bench = sim_backend.open_bench("nanoring", size=2)
    bench._by_address["ASRL3::INSTR"] = "supply_x"
    yield bench
    bench.close()


SERIAL = {"baud_rate": 19200, "parity": "odd", "data_bits": 7, "stop_bits": 2, "flow_control": "xon_xoff"}


def test_a_serial_line_is_set_as_the_setup_file_says_also_after_a_reconnection(on_a_serial_port):
    sent = []
    device = on_a_serial_port.device("supply_x")
    plain = device.write
    device.write = lambda message: (sent.append(message.strip()), plain(message))
    role = RoleConfig(driver="kepco_bop", address="ASRL3::INSTR", serial=SERIAL, limits={"max_amperes": 5.0})
    config = load_setup("sim:nanoring").model_copy(update={"roles": {"supply": role}})
    opened = open_roles(config, on_a_serial_port.visa_library, on_a_serial_port.clock)["supply"]
    for _ in range(2):
        line = opened.adapter.connection
        assert (line.baud_rate, line.data_bits, line.stop_bits) == (19200, 7, StopBits.two)
        assert (line.parity, line.flow_control) == (Parity.odd, ControlFlow.xon_xoff)
        opened._reopen(500)
    assert b"SYST:REM 1" in sent, "over RS-232 a Kepco listens only when told (manual, B.87)"
    opened.close()


def test_serial_settings_are_for_serial_ports_and_are_written_to_the_file():
    with pytest.raises(ValueError, match="serial is for a serial port"):
        RoleConfig(driver="kepco_bop", address="GPIB0::6::INSTR", serial=SERIAL)
    with pytest.raises(ValueError, match="parity"):
        RoleConfig(driver="kepco_bop", address="ASRL3::INSTR", serial={"parity": "strange"})
    role = RoleConfig(driver="kepco_bop", address="ASRL3::INSTR", serial=SERIAL)
    config = load_setup("sim:nanoring").model_copy(update={"roles": {"supply_x": role}})
    assert "[roles.supply_x.serial]" in config.to_toml()
    assert role.at("GPIB0::6::INSTR").serial is None
    assert role.at("ASRL4::INSTR").serial == role.serial
