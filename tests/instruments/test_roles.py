"""Roles: what setups ask for and no more, and a driver that does not fit is named when a setup is opened."""

import re
from pathlib import Path

import pytest
from nado_lab import instruments, sim_backend
from nado_lab.instruments import SetupError, roles
from nado_lab.instruments.drivers import SafeDriver
from nado_lab.instruments.roles import BipolarSupply, Role, Thermometer, lacking

ROLES = [each for each in vars(roles).values() if isinstance(each, type) and Role in each.__mro__]
SETUPS = Path(instruments.__file__).parent / "setups"
OFFERED = (roles.SourceMeter, roles.Oscilloscope, roles.Switch, roles.Laser, roles.PowerMeter)
"""Roles for scripts and for setups of plug-ins."""


def open_with(role: str, driver: str, other: str):
    """Open the nanoring setup with another driver in a role, at the address of another role."""
    bench = sim_backend.open_bench("nanoring", specimen=1, size=2)
    config = instruments.load_setup("sim:nanoring")
    wrong = config.roles[other].model_copy(update={"driver": driver, "limits": {}})
    kept = {name: each for name, each in config.roles.items() if name != other}
    changed = config.model_copy(update={"roles": {**kept, role: wrong}})
    return bench, lambda: instruments.open_setup(changed, bench.visa_library, bench.clock)


def test_a_driver_that_does_not_fit_its_role_is_refused_and_everything_closed_again():
    bench, opened = open_with("source", "lakeshore335", "thermometer")
    told = "role 'source' of setup 'sim:nanoring' must be a CurrentSource: lakeshore335 has no source"
    with pytest.raises(SetupError, match=re.escape(told)):
        opened()
    assert list(bench.visa_library.sessions.values()) == [bench.visa_library]  # pyvisa's own
    assert not bench.world.sources_on()


def test_a_role_that_is_missing_is_named_with_what_it_must_be():
    _, opened = open_with("thermometer", "keithley6221", "source")
    with pytest.raises(SetupError, match=r"'sim:nanoring' has no role 'source' \(CurrentSource\)"):
        opened()


@pytest.mark.parametrize("role", [each for each in ROLES if each not in (Role, *OFFERED)])
def test_every_role_is_one_that_a_setup_asks_for(role):
    text = "\n".join(path.read_text(encoding="utf-8") for path in SETUPS.rglob("*.py"))
    assert re.search(rf"\b{role.__name__}\b", text)
    own = [name for name in vars(role) if not name.startswith("_")]
    unused = [name for name in own if not re.search(rf"\.{name}\b", text)]
    assert not unused


def test_what_an_instrument_lacks_is_told_by_name():
    class Thing(SafeDriver):
        def measured_kelvin(self):
            return 300.0

    found = lacking(Thing, BipolarSupply)
    assert {"ramp_to", "measured_amperes", "most_amperes", "slew"} <= set(found)
    assert lacking(Thing, Thermometer) == ["isShutdown"]  # PyMeasure gives it to the instance
