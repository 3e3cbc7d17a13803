import pytest
from nado_lab import sim_backend
from nado_lab.instruments import load_setup
from nado_lab.instruments.recording import record
from nado_lab.instruments.setups.open_roles import open_roles


@pytest.mark.parametrize(
    ("kind", "role"), [("nanoring", "supply_x"), ("nanoring", "generator"), ("asvi", "lockin")]
)
def test_what_an_instrument_answers_is_kept_and_nothing_is_driven(kind, role):
    bench = sim_backend.open_bench(kind, size=2)
    config = load_setup(f"sim:{kind}")
    alone = config.model_copy(update={"roles": {role: config.roles[role]}})
    driver = open_roles(alone, bench.visa_library, bench.clock)[role]
    identity, pairs = record(driver)
    assert ("*IDN?", identity) in pairs
    assert all(reply is not None for sent, reply in pairs if "?" in sent)
    assert all("?" in sent for sent, _ in pairs), "nothing is set"
    assert len(pairs) > len(driver.units)
    before = len(pairs)
    driver.identify()
    assert len(pairs) == before, "no longer listening"
    driver.close()
    bench.close()
