import pytest
from nado_lab.instruments import DisconnectedError, WallClock, load_setup
from nado_lab.instruments.drivers import SafeDriver
from nado_lab.instruments.setups.open_roles import open_roles


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
