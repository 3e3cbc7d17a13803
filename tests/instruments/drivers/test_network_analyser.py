import contextlib

import numpy as np
import pytest
from nado_lab import sim_backend
from nado_lab.instruments.drivers.keysight_e5071c import KeysightE5071C
from nado_lab.instruments.errors import DisconnectedError, InstrumentError, InstrumentTimeout, ReplyError
from nado_lab.sim_backend.benches.spin_vortex_ice.bench import ANALYSER

GRID = (3e9, 10e9, 351)


@pytest.fixture
def bench():
    bench = sim_backend.open_bench("asvi", specimen=1, size=6)
    yield bench
    bench.close()


@pytest.fixture
def analyser(bench):
    driver = KeysightE5071C(ANALYSER, visa_library=bench.visa_library, clock=bench.clock, timeout=500)
    yield driver
    driver.close()


def test_the_ice_absorbs_where_its_modes_are(bench, analyser):
    analyser.identify()
    analyser.prepare_trace(*GRID, -10.0)
    assert bench.world.sources_on()
    begun = bench.clock.now()
    dips = {}
    for field in (0.0, -30e-3):
        bench.world.sample.apply(field)
        bench.world._turning = bench.world._applied = field
        trace = analyser.trace()
        assert trace.shape == (351,)
        dips[field] = np.linspace(*GRID)[np.argmin(abs(trace))]
    assert bench.clock.now() - begun > 2 * 351 / 70e3
    assert abs(trace).min() < 0.99 < abs(trace).max() < 1.01
    assert abs(dips[0.0] - dips[-30e-3]) > 0.2e9
    analyser.shutdown()
    assert not bench.world.sources_on()
    assert analyser.check_errors() == []


def test_its_dip_is_the_lorentzian_whose_derivative_the_lock_in_sees(bench):
    sample, step = bench.world.sample, 1e-5
    sample.field_loop(20e-3)
    grid = np.linspace(*GRID)
    field = sample.field_t
    shifted = []
    for moved in (field - step, field + step):
        sample.field_t = moved
        shifted.append(sample.transmission(grid).real)
    sample.field_t = field
    slope = (shifted[0] - shifted[1]) / (2 * step)
    seen = sample.spectrum(grid)
    assert np.corrcoef(slope, seen)[0, 1] > 0.99


def test_noise_follows_the_bandwidth_and_nothing_is_transmitted_without_stimulus(bench):
    world, grid = bench.world, np.linspace(*GRID)
    wide, narrow = (np.std(world.transmission(grid, b, sent=False)) for b in (100e3, 1e3))
    assert wide == pytest.approx(10 * narrow, rel=0.2)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("truncate", ReplyError),
        ("corrupt", ReplyError),
        ("timeout", InstrumentTimeout),
        ("disconnect", DisconnectedError),
    ],
)
def test_a_trace_that_does_not_come_whole_is_a_named_error(bench, analyser, fault, error):
    analyser.prepare_trace(*GRID, -10.0)
    bench.set_fault(f"analyser:{fault}")
    with pytest.raises(error):
        analyser.trace()
    with contextlib.suppress(InstrumentError):
        analyser.shutdown()
    assert not bench.world.sources_on()
