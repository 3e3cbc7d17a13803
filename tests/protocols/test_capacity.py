"""Information processing capacity and generalisation rank where closed forms are known."""

import numpy as np
import pytest
from nado_lab.protocols import (
    ProtocolError,
    generalisation_rank,
    information_capacity,
    reservoir_metrics,
)


def shift_register(lags, trials=2, steps=1500, seed=0):
    """Return drive (trial, step) and what it was each of `lags` steps before (trial, step, lag)."""
    drive = np.random.default_rng(seed).uniform(-1, 1, (trials, steps))
    return drive, np.stack([np.roll(drive, lag, 1) for lag in lags], -1)


def test_a_shift_register_has_one_for_each_of_its_delays_and_nothing_else():
    found = information_capacity(*shift_register([0, 1, 3]), lags=5, degree=2)
    assert found.states == 3
    assert found.total == pytest.approx(3, abs=1e-6)
    assert found.by_degree == pytest.approx((3, 0), abs=1e-6)
    assert found.by_delay == pytest.approx((1, 1, 0, 1, 0, 0), abs=1e-6)


def test_products_count_at_their_degree_and_longest_delay():
    drive, past = shift_register([0, 1, 2])
    states = np.stack([past[..., 0] * past[..., 2], 1.5 * past[..., 1] ** 2 - 0.5], -1)
    found = information_capacity(drive, states, lags=4, degree=3)
    assert found.by_degree == pytest.approx((0, 2, 0), abs=0.02)
    assert found.table[1] == pytest.approx((0, 1, 1, 0, 0), abs=0.02)


def test_the_cube_of_the_input_is_split_as_its_projections_are():
    """u^3 = 3/5 P1 + 2/5 P3: shares (9/25)/3 and (4/25)/7 of 1/7, that is 0.84 and 0.16."""
    drive, past = shift_register([0], steps=5000)
    found = information_capacity(drive, past**3, lags=2, degree=3)
    assert found.by_degree == pytest.approx((0.84, 0, 0.16), abs=0.01)


def test_noise_takes_capacity_away_and_gives_none():
    drive, past = shift_register([0, 1])
    noise = np.random.default_rng(1).standard_normal(past.shape)
    half = information_capacity(drive, past + noise / np.sqrt(3), lags=4, degree=2)
    assert half.total == pytest.approx(1.0, abs=0.1)
    assert information_capacity(drive, noise, lags=4, degree=3).total < 0.05


def test_linear_capacity_agrees_with_the_memory_capacity_of_jaeger():
    """As reservoirpy.observables.memory_capacity defines it: squared correlations at each lag from 1."""
    drive, past = shift_register([1, 2, 4])
    states = past + 0.3 * np.random.default_rng(2).standard_normal(past.shape)
    linear = information_capacity(drive, states, lags=6, degree=1)
    memory = reservoir_metrics(drive, states, lags=6)
    assert linear.total == pytest.approx(memory.memory_capacity, abs=0.1)


def test_more_readouts_than_the_steps_can_tell_are_cut_and_constants_refused():
    drive, past = shift_register([0, 1], trials=1, steps=110)
    many = np.concatenate([past, np.random.default_rng(3).standard_normal((1, 110, 60))], -1)
    assert information_capacity(drive, many, lags=2, degree=1).states == 10
    with pytest.raises(ProtocolError, match="in which 0 readouts change"):
        information_capacity(drive, np.ones_like(past), lags=2)
    with pytest.raises(ProtocolError, match="degree must be at least 1"):
        information_capacity(drive, past, degree=0)
    with pytest.raises(ProtocolError, match="too many: take fewer lags"):
        information_capacity(drive, past, lags=60, degree=5)


def test_the_generalisation_rank_counts_the_directions_that_repeats_differ_in():
    rng = np.random.default_rng(0)
    states = np.repeat(rng.standard_normal((10, 20, 4)), 6, axis=0)
    sequence = np.repeat(np.arange(10), 6)
    noisy = states.copy()
    noisy[..., 0] += 0.5 * rng.standard_normal(noisy.shape[:2])
    assert generalisation_rank(noisy, sequence) == 1
    assert generalisation_rank(states + 1e-5 * rng.standard_normal(states.shape), sequence) == 0
    assert generalisation_rank(rng.standard_normal(states.shape), sequence) == 4
    assert generalisation_rank(states, np.arange(60)) is None
