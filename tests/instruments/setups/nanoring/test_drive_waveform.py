import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from nado_lab.instruments.setups.nanoring.drive_waveform import LEAD_FRAMES, DriveWaveform

SHAPE = DriveWaveform(37.0, 64, 8e-3)
AMPLITUDES = arrays(float, (2, 3), elements=st.floats(0, 8e-3))


@given(AMPLITUDES)
def test_each_step_is_one_rotation_of_its_amplitude_and_burst_begins_and_ends_at_zero(amplitudes):
    field = SHAPE.field(amplitudes)
    assert len(field) == SHAPE.points(2, 3)
    assert np.all(field[0] == 0)
    assert np.all(field[-1] == 0)
    frames = field[:-64].reshape(2, LEAD_FRAMES + 3, 64, 2)
    size = np.hypot(frames[..., 0], frames[..., 1])
    np.testing.assert_allclose(
        size[:, LEAD_FRAMES:], np.repeat(amplitudes[..., None], 64, axis=2), atol=1e-12
    )
    assert np.all(size[:, 1] == 0)
    assert np.all(size[:, 0].max(axis=1) == 8e-3)
    assert np.all(frames[:, 0, :, 0] == 0)


@given(AMPLITUDES)
def test_slew_and_duty_bounds_hold(amplitudes):
    field = SHAPE.field(amplitudes)
    assert np.max(np.abs(np.diff(field, axis=0))) * SHAPE.rate_hz <= SHAPE.steepest(amplitudes) * (1 + 1e-9)
    mean_square = np.mean(field[: -SHAPE.samples] ** 2, axis=0).max() / 8e-3**2
    assert mean_square <= SHAPE.duty(amplitudes, 8e-3) * 1.05 + 0.05


def test_axes_lead_by_their_lag():
    shape = DriveWaveform(37.0, 64, 8e-3, (0.1, -0.2))
    last = shape.field(np.array([[1e-3]]))[2 * 64 : 3 * 64]
    phi = shape.angles()
    np.testing.assert_allclose(last[:, 0], 1e-3 * np.cos(phi + 0.1), atol=1e-15)
    np.testing.assert_allclose(last[:, 1], 1e-3 * np.sin(phi - 0.2), atol=1e-15)
