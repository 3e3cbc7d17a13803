"""The first hour: passes on a sound bench, and finds each of seven faults before a high drive."""

import numpy as np
import pytest
from nado_lab import sim_backend
from nado_lab.instruments import load_setup, open_setup
from nado_lab.instruments.setups.bring_up import walk
from nado_lab.sim_backend.benches.nanoring.coils import Coil

from tests.instruments.setups.nanoring.test_proof import FAULTS

CONFIG = load_setup("sim:nanoring-calibration")


def walked(bench, may=lambda step: True):
    with open_setup(CONFIG, visa_library=bench.visa_library, clock=bench.clock) as setup:
        return list(walk(setup, setup.bring_up_steps(), may))


def opened(**options):
    return sim_backend.open_bench("nanoring", specimen=3, size=3, **options)


def test_a_sound_bench_passes_at_low_drive():
    bench = opened()
    found = walked(bench)
    assert [check for check in found if not check.passed or check.warning] == []
    assert {"field per current", "field per volt", "overload is seen", "one slow rotation"} <= {
        c.name for c in found
    }
    assert bench.world.peak_slew < 25
    assert not bench.world.field().any()
    assert not bench.world.sources_on()


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_and_nothing_is_driven_further(fault):
    bench = opened()
    FAULTS[fault][0](bench)
    last = walked(bench)[-1]
    assert not last.passed
    assert last.name == "field per volt"
    assert FAULTS[fault][1] in last.detail
    assert not bench.world.sources_on()


def test_a_coil_of_half_the_calibration_is_found_by_the_bus_alone():
    last = walked(opened(coils=(Coil(1e-3), Coil(2e-3))))[-1]
    assert (last.name, last.passed) == ("field per current", False)
    assert "calibrate" in last.detail


def test_a_gaussmeter_in_another_unit_is_found():
    bench = opened()
    device = bench.device("gaussmeter_x")
    device.changed = lambda name, suffix: device.values.update({("unit", ()): 1}) if name == "unit" else None
    last = walked(bench)[-1]
    assert not last.passed
    assert "unit" in last.detail


def test_a_generator_left_in_another_mode_is_told_and_set_anew():
    bench = opened()
    bench.device("generator").write(b"OUTP1:POL INV;:SOUR2:BURS:PHAS 90")
    found = {check.name: check for check in walked(bench)}
    assert found["what the last user left"].warning
    assert "ch_1.polarity is INV" in found["what the last user left"].detail
    assert all(check.passed for check in found.values())


def test_a_step_that_is_not_wanted_is_left_out():
    bench = opened()
    found = walked(bench, lambda step: "field" not in step.name and "rotation" not in step.name)
    assert {check.detail for check in found if check.warning} == {"left out"}
    np.testing.assert_array_equal(bench.world.field(), 0.0)
