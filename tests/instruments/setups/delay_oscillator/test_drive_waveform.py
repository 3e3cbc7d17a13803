import numpy as np
from nado_lab.instruments.setups.delay_oscillator.config import MaskConfig
from nado_lab.instruments.setups.delay_oscillator.drive_waveform import DriveWaveform, mask_of
from numpy.testing import assert_array_equal


def test_a_seed_is_a_mask_and_its_values_are_those_asked_for():
    binary = mask_of(MaskConfig(seed=1), 50, 2)
    assert set(np.unique(binary)) == {-1.0, 1.0}
    assert_array_equal(binary, mask_of(MaskConfig(seed=1), 50, 2))
    assert not np.array_equal(binary, mask_of(MaskConfig(seed=2), 50, 2))
    uniform = mask_of(MaskConfig(values="uniform"), 500, 1)
    assert -1 <= uniform.min() < -0.9 < 0.9 < uniform.max() <= 1
    assert_array_equal(mask_of(MaskConfig(values="none"), 5, 1), 1.0)


def test_a_burst_is_a_lead_then_rest_and_masked_steps_of_each_trial_then_rest():
    mask = np.array([[1.0, 1.0], [-1.0, 0.5]])
    wave = DriveWaveform(mask, np.array([0.3, -0.4]), 3)
    inputs = np.arange(1.0, 13.0).reshape(2, 3, 2)
    volts = wave.volts(inputs)
    assert len(volts) == wave.points(2, 3) == 2 * (3 + 2 * 6 + 1)
    assert_array_equal(volts[:, 2:], np.tile([0.3, -0.4], (len(volts), 1)))
    frames = volts[:, :2].reshape(-1, 2, 2)
    at_rest = [0, 1, 2, 3, 4, 5, 9, 10, 11, 15]
    assert_array_equal(frames[at_rest], 0.0)
    assert_array_equal(frames[[6, 7, 8]], inputs[0][:, None, :] * mask)
    seen = wave.trials(volts[:, :2], 2)
    assert_array_equal(seen[:, 0], 0.0)
    assert_array_equal(seen[:, 1:], inputs[:, :, None, :] * mask)
