"""The analogue part of simulated source-meters: compliance at every moment, lists in time."""

import numpy as np
import pytest
from nado_lab.sim_backend.devices.source_core import Resistor, SourceCore


class Filament:
    """A resistor that drops to a thousandth after it has seen 1 V for 5 ms, and breaks beyond 2 mA."""

    def __init__(self):
        self.formed_s, self.broken, self.seen_s = 0.0, False, 0.0

    def amperes(self, volts):
        """Return the current now."""
        return 0.0 if self.broken else volts / (10.0 if self.formed_s >= 5e-3 else 10_000.0)

    def hold(self, volts, seconds):
        """Form, or break."""
        self.seen_s += seconds
        self.broken |= abs(self.amperes(volts)) > 2e-3
        self.formed_s += seconds if abs(volts) >= 1.0 else 0.0


def core_on(load, **limits):
    core = SourceCore(load, 0.0)
    core.output = True
    core.limits.update(limits)
    return core


@pytest.mark.parametrize(
    ("level", "volts", "limited"), [(0.5, 0.5, False), (-3.0, -1.0, True), (3.0, 1.0, True)]
)
def test_a_source_of_volts_is_held_at_its_compliance(level, volts, limited):
    core = core_on(Resistor(1e3), A=1e-3)
    core.levels["V"] = level
    found = core.operating()
    assert (found.volts, found.amperes) == pytest.approx((volts, volts / 1e3))
    assert found.limited is limited


@pytest.mark.parametrize(("level", "volts", "limited"), [(5e-4, 0.5, False), (-3e-3, -1.0, True)])
def test_a_source_of_amperes_is_held_at_its_compliance(level, volts, limited):
    core = core_on(Resistor(1e3), V=1.0)
    core.sourced, core.levels["A"] = "A", level
    found = core.operating()
    assert (found.volts, found.amperes) == pytest.approx((volts, volts / 1e3))
    assert found.limited is limited


@pytest.mark.parametrize(("compliance", "broken"), [(1e-3, False), (0.5, True)])
def test_the_compliance_acts_while_the_device_changes(compliance, broken):
    load = Filament()
    core = core_on(load, A=compliance)
    core.levels["V"] = 1.0
    core.advance(0.05)
    assert load.broken is broken
    assert load.seen_s == pytest.approx(0.05)


def test_a_list_is_played_point_by_point_whenever_it_is_looked_at():
    levels, whole, looked = [0.1, -0.2, 0.3], core_on(Resistor(1e3), A=1.0), core_on(Resistor(1e3), A=1.0)
    for core in (whole, looked):
        core.play(list(levels), 0.1, 0.08)
    whole.advance(1.0)
    for time in np.arange(0.0, 1.0, 0.013):
        looked.advance(float(time))
    for core in (whole, looked):
        assert [time for time, _ in core.playing.points] == pytest.approx([0.08, 0.18, 0.28])
        assert [point.volts for _, point in core.playing.points] == pytest.approx(levels)


def test_an_output_that_is_off_is_a_source_of_zero_volts():
    core = SourceCore(Resistor(1e3), 0.0)
    core.levels["V"] = 3.0
    assert core.operating().volts == 0.0
    core.output = core.open_circuit = True
    assert core.operating().amperes == 0.0
