"""The bench over TCP, on the wall's clock: the same drivers and the same setup."""

import tomllib

import numpy as np
from nado_lab.instruments import WallClock, config_from, open_setup
from nado_lab.lab.compose import served_setup


def test_a_served_bench_is_measured_over_the_network():
    with served_setup("sim:delay-oscillator", host="127.0.0.1", port=0, specimen=1) as (_, text):
        config = config_from(tomllib.loads(text), "served")
        drive = np.random.default_rng(0).uniform(-1, 1, (3, 20, 1))
        with open_setup(config, clock=WallClock()) as setup:
            light = np.array([response.readout for response in setup.measure(drive)])
            mask = setup.waveform.mask[:, 0]
    assert light.shape == (3, 20, 34)
    signal = (drive * mask).ravel()
    assert np.corrcoef(signal, light.ravel())[0, 1] < -0.8
