"""Reservoirs whose metrics are known."""

import numpy as np
import pytest
from nado_lab.protocols import ProtocolError, effective_rank, reservoir_metrics

RNG = np.random.default_rng(0)


def delayed(lags, steps=400, trials=3):
    drive = RNG.uniform(-1, 1, (trials, steps))
    padded = np.pad(drive, ((0, 0), (max(lags), 0)))
    readout = np.stack([padded[:, max(lags) - lag : max(lags) - lag + steps] for lag in lags], axis=-1)
    return drive, readout


def test_a_shift_register_remembers_each_of_its_delays():
    metrics = reservoir_metrics(*delayed([1, 2, 3]), lags=6)
    assert metrics.memory_capacity == pytest.approx(3, abs=0.1)
    assert metrics.capacity_by_lag[2] == pytest.approx(1, abs=0.01)
    assert metrics.capacity_by_lag[5] < 0.05
    assert metrics.nonlinearity == pytest.approx(0, abs=0.01)
    assert metrics.kernel_rank == 3


def test_a_square_is_wholly_nonlinear_and_forgets():
    drive, readout = delayed([0])
    metrics = reservoir_metrics(drive, readout**2)
    assert metrics.nonlinearity > 0.95
    assert metrics.memory_capacity < 0.2


def test_rank_ignores_copies_and_constants():
    one = RNG.normal(size=(100, 1))
    assert effective_rank(np.hstack([one, 3 * one, np.ones((100, 1))])) == 1
    assert effective_rank(np.ones((10, 2))) == 0


@pytest.mark.parametrize(("trials", "steps"), [(20, 10), (1, 11), (1, 33), (20, 11)])
def test_trials_too_short_are_refused_with_what_is_needed(trials, steps):
    drive, readout = delayed([1], steps, trials)
    with pytest.raises(ProtocolError, match=r"expected at least (\d+) steps") as refused:
        reservoir_metrics(drive, readout)
    needed = int(str(refused.value).split("at least ")[1].split()[0])
    assert reservoir_metrics(*delayed([1], needed, trials)).capacity_by_lag[1] > 0.9
