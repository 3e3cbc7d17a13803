"""Pendulum and cart-pole move as gymnasium's do, step for step, in double precision."""

import numpy as np
import pytest
import torch
from nado_lab.network.environments import load_environment

gymnasium = pytest.importorskip("gymnasium")
NOTHING = torch.empty(1, 0, dtype=torch.float64)


def nominal(environment):
    return torch.tensor([list(environment.plant.values())], dtype=torch.float64)


def test_pendulum():
    environment, rng = load_environment("pendulum"), np.random.default_rng(0)
    for episode in range(5):
        referee = gymnasium.make("Pendulum-v1").unwrapped
        referee.reset(seed=episode)
        state = torch.as_tensor(referee.state).unsqueeze(0)
        for action in rng.uniform(-1.5, 1.5, 200):
            push = torch.full((1, 1), action, dtype=torch.float64)
            cost = environment.cost(state, push)
            state = environment.advance(state, push, nominal(environment), NOTHING)
            seen, reward, *_ = referee.step(np.array([2.0 * action]))
            np.testing.assert_allclose(state[0].numpy(), referee.state, rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(float(cost), -reward, rtol=1e-9, atol=1e-9)
            own = environment.observe(state, NOTHING)[0].numpy() * [1, 1, 8]
            np.testing.assert_allclose(own, seen, rtol=1e-6, atol=1e-6)


def test_cart_pole():
    environment, rng = load_environment("cart-pole"), np.random.default_rng(0)
    for episode in range(20):
        referee = gymnasium.make("CartPole-v1").unwrapped
        referee.reset(seed=episode)
        state, over = torch.as_tensor(referee.state).unsqueeze(0), False
        while not over:
            action = int(rng.integers(2))
            push = torch.full((1, 1), 2.0 * action - 1, dtype=torch.float64)
            state = environment.advance(state, push, nominal(environment), NOTHING)
            _, _, over, *_ = referee.step(action)
            np.testing.assert_allclose(state[0].numpy(), referee.state, rtol=1e-12, atol=1e-12)
            assert bool(environment.is_over(state)) == over


@pytest.mark.parametrize(("name", "theirs"), [("pendulum", "Pendulum-v1"), ("cart-pole", "CartPole-v1")])
def test_starts_are_spread_as_gymnasiums(name, theirs):
    environment, referee = load_environment(name), gymnasium.make(theirs).unwrapped
    own = environment.start(2000, torch.Generator().manual_seed(0)).numpy()
    drawn = []
    for seed in range(500):
        referee.reset(seed=seed)
        drawn.append(referee.state)
    np.testing.assert_allclose(own.std(0), np.std(drawn, axis=0), rtol=0.1)
    np.testing.assert_allclose(np.abs(own).max(0), np.abs(drawn).max(0), rtol=0.02)
