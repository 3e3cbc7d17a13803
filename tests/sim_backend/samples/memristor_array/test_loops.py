"""I(V) loops of a bare device."""

import numpy as np
import pytest
from nado_lab.sim_backend.samples.memristor_array.loops import sweep_loops


@pytest.mark.parametrize(("model", "peak_v"), [("wox", 0.9), ("nbox", 3.0), ("tiox", 2.5)])
def test_loops_open_at_some_period_and_are_closed_where_the_device_cannot_follow(model, peak_v):
    loops = sweep_loops(model, peak_v, [1e-1, 1e-2, 1e-3, 1e-7])
    assert max(loop.open_share for loop in loops) > 0.005
    assert loops[-1].open_share < 0.001
    assert all(len(loop.volts) == len(loop.amperes) == 400 for loop in loops)
    assert np.max(np.abs(loops[0].amperes)) == loops[0].peak_a


def test_an_unknown_model_is_named():
    with pytest.raises(ValueError, match="wox, nbox, tiox"):
        sweep_loops("magic", 1.0, [1.0])
