"""What a 33500 puts out by either reading of VOLT: of the converter, or of the waveform's own data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from nado_lab.instruments.drivers.arbitrary_scale import FULL_SCALE, spread

LEAST_VPP = 2e-3


def put_out(waveform, of_peak_to_peak):
    """Return what is put out where VOLT is that of so many counts."""
    return waveform.counts * waveform.amplitude / of_peak_to_peak + waveform.offset


@given(some.lists(some.floats(-10, 10), min_size=8, max_size=50))
def test_both_readings_of_volt_give_the_same_volts(given_volts):
    volts = np.array(given_volts)
    waveform = spread(volts, LEAST_VPP)
    by_converter = put_out(waveform, 2 * FULL_SCALE)
    by_data = put_out(waveform, np.ptp(waveform.counts))
    step = max(np.ptp(volts), LEAST_VPP) / (2 * FULL_SCALE)
    np.testing.assert_allclose(by_data, by_converter, atol=2.01 * step)
    flat = np.ptp(volts) < LEAST_VPP
    allowed = np.where(np.arange(len(volts)) >= len(volts) - 2, LEAST_VPP, 0.0) if flat else 0.0
    assert np.all(np.abs(by_converter - volts) <= 2.01 * step + allowed)
    assert np.abs(waveform.counts).max() <= FULL_SCALE
    assert waveform.amplitude >= LEAST_VPP * (1 - 1e-12)
    assert abs(waveform.offset) + waveform.amplitude / 2 <= 10 + LEAST_VPP


@pytest.mark.parametrize("most", [0.5, 3.7, 8.3333])
def test_zero_volts_are_zero_to_a_tenth_of_a_microvolt(most):
    """An idle output stands at its first sample: what is left of zero there would be a field for ever."""
    volts = np.array([0.0, most, -1.0, 0.2] * 4)
    waveform = spread(volts, LEAST_VPP)
    assert abs(put_out(waveform, 2 * FULL_SCALE)[0]) < 1e-7
    assert abs(put_out(waveform, np.ptp(waveform.counts))[0]) < 1e-7 + most / FULL_SCALE


def test_a_flat_waveform_keeps_its_level_but_for_the_marks_of_1_mv():
    waveform = spread(np.full(16, 2.5), LEAST_VPP)
    seen = put_out(waveform, np.ptp(waveform.counts))
    np.testing.assert_allclose(seen[:-2], 2.5, atol=1e-6)
    np.testing.assert_allclose(seen[-2:], [2.501, 2.499], atol=1e-6)
