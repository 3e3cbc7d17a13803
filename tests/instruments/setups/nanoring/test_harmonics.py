import numpy as np
from nado_lab.instruments.setups.nanoring.drive_waveform import START_RAD
from nado_lab.instruments.setups.nanoring.harmonics import basis, channel_names, harmonics


def test_harmonics_recover_what_a_voltage_is_made_of():
    phi = START_RAD + 2 * np.pi * np.arange(50) / 50
    parts = np.random.default_rng(0).normal(size=(4, 2, 5))
    shapes = np.stack([np.ones(50), np.cos(phi), np.sin(phi), np.cos(2 * phi), np.sin(2 * phi)])
    volts = np.einsum("tch,hs->tsc", parts, shapes) + 0.3 * np.cos(3 * phi)[None, :, None]
    np.testing.assert_allclose(harmonics(volts, basis(phi)), parts.reshape(4, 10), atol=1e-12)


def test_channel_names_run_contact_by_contact():
    assert channel_names(2)[4:6] == ("h2y_0", "h0_1")
