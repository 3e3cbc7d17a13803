"""The conventions every driver keeps, checked on each driver of the table."""

import inspect

import pytest
from nado_lab import sim_backend
from nado_lab.instruments.drivers import DRIVERS, SafeDriver, driver_class
from nado_lab.instruments.drivers.ni_daqmx import NiDevice
from nado_lab.instruments.errors import InstrumentTimeout
from nado_lab.instruments.recording import record
from nado_lab.instruments.roles import Role
from nado_lab.instruments.setups import load_setup
from nado_lab.instruments.setups.config import RoleConfig
from nado_lab.instruments.setups.open_roles import _open

from tests.instruments.drivers.spare_bench import ROLES, open_driver, open_spare_bench

CASES = [(setup, role) for setup in ("sim:nanoring", "sim:asvi") for role in load_setup(setup).roles]
CASES += [("spare", role) for role in ROLES]


@pytest.fixture
def opened(request):
    setup, role = request.param
    if setup == "spare":
        bench = open_spare_bench()
        asked = RoleConfig(driver=ROLES[role][0], address=bench.roles[role][0])
    else:
        config = load_setup(setup)
        bench, asked = sim_backend.open_bench(config.kind, specimen=1), config.roles[role]
    driver = _open(role, asked, bench.visa_library, bench.clock)
    yield driver, bench, role
    driver.close()
    bench.close()


@pytest.mark.parametrize("name", sorted(DRIVERS.built_in()))
def test_driver_declares_identity_units_and_documented_limits(name):
    driver = driver_class(name)
    assert issubclass(driver, SafeDriver | NiDevice)
    assert driver.identity
    assert driver.units, "a snapshot without settings tells nothing"
    assert issubclass(driver, NiDevice) or all(hasattr(driver, quantity) for quantity in driver.units)
    assert "shutdown" not in vars(driver), "override _make_safe, the lock and the flag are in shutdown"
    assert inspect.getdoc(driver)


@pytest.mark.parametrize("opened", CASES, indirect=True)
def test_driver_on_its_simulated_instrument(opened):
    driver, bench, role = opened
    assert isinstance(driver, Role)
    driver.identify()
    snapshot = driver.snapshot()
    assert set(driver.units) <= set(snapshot)
    assert all({"value", "unit"} == set(entry) for entry in snapshot.values())
    for _ in range(3):
        driver.shutdown()
    assert driver.isShutdown
    assert driver.check_errors() == []
    assert not bench.device(role).error_queue


@pytest.mark.parametrize("opened", CASES, indirect=True)
def test_driver_refuses_attributes_it_does_not_have(opened):
    driver, _, _ = opened
    with pytest.raises(AttributeError):
        driver.no_such_setting = 1


@pytest.mark.parametrize("opened", CASES, indirect=True)
def test_a_query_without_an_answer_is_a_named_time_out(opened):
    driver, _, _ = opened
    with pytest.raises(InstrumentTimeout):
        driver.read()


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_recording_holds_what_went_out(role):
    bench = open_spare_bench()
    driver = open_driver(bench, role)
    identity, pairs = record(driver)
    assert identity == bench.device(role).identity.strip()
    assert all("{" not in sent for sent, _ in pairs)
    assert all(answer is not None for sent, answer in pairs)
    assert not bench.device(role).refused
    driver.close()
    bench.close()
