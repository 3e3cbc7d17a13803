"""Environments by name: options checked, batched, differentiable, plug-ins, what is seen of them."""

import pytest
import torch
from nado_lab import plugins
from nado_lab.network import EnvironmentChoice, TaskError, environment_names, load_environment

PLUGIN = """
from nado_lab.network.environments.pendulum import Pendulum
from nado_lab.plugins import Plugin

def heavy(steps: int = 50):
    return Pendulum(steps=steps)

NADO_PLUGIN = Plugin(environments={"heavy": heavy, "none": lambda: None, "number": 3})
"""
BUILT_IN = ["pendulum", "pendulum-without-velocity", "cart-pole", "cart-pole-without-velocities", "tracking"]


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    monkeypatch.setenv(plugins.FILES, "")
    path = tmp_path / "environments.py"
    path.write_text(PLUGIN)
    plugins.use_files([path])


def draw(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("name", BUILT_IN)
def test_an_episode_is_batched_and_has_a_gradient(name):
    environment, generator = load_environment(name), draw()
    state = environment.start(6, generator)
    plant = environment.plants(6, generator, 0.1)
    action = torch.full((6, len(environment.action_names)), 0.1, requires_grad=True)
    total = torch.zeros(6)
    for _ in range(5):
        noise = environment.draw_noise(6, generator)
        assert environment.observe(state, noise).shape == (6, len(environment.observation_names))
        total = total + environment.loss(state, action)
        state = environment.advance(state, action, plant, noise)
    assert state.shape == (6, len(environment.state_names))
    total.sum().backward()
    assert (action.grad != 0).all()
    alone = environment.advance(state[2:3], action[2:3], plant[2:3], noise[2:3])
    torch.testing.assert_close(alone, environment.advance(state, action, plant, noise)[2:3])


@pytest.mark.parametrize(("name", "left"), [("pendulum", 2), ("cart-pole", 2)])
def test_without_velocities_only_the_rest_is_seen(name, left):
    hidden = "pendulum-without-velocity" if name == "pendulum" else "cart-pole-without-velocities"
    environment = load_environment(hidden)
    state = environment.start(3, draw())
    seen = environment.observe(state, torch.empty(3, 0))
    full = load_environment(name).observe(state, torch.empty(3, 0))
    assert seen.shape[1] == left
    assert all((full == column.unsqueeze(1)).all(0).any() for column in seen.unbind(1))
    state[:, 1] += 1.0
    torch.testing.assert_close(environment.observe(state, torch.empty(3, 0)), seen)


def test_plants_vary_around_the_nominal_one():
    environment = load_environment("cart-pole")
    plants = environment.plants(500, draw(), 0.1) / environment.plants(500, draw())
    assert 0.9 <= plants.min() < 0.91
    assert 1.09 < plants.max() <= 1.1


def test_success_is_what_the_words_say():
    pendulum, cart = load_environment("pendulum", steps=8), load_environment("cart-pole", steps=8)
    states = torch.zeros(3, 9, 2)
    states[1, -1, 0], states[2, 0, 0] = 0.4, 3.0
    assert pendulum.succeeded(states).tolist() == [True, False, True]
    states = torch.zeros(3, 9, 4)
    states[1, -1, 2], states[2, -1, 0] = 0.3, -2.5
    assert cart.succeeded(states).tolist() == [True, False, False]
    tracking = load_environment("tracking", steps=8)
    states = tracking.start(2, draw()).unsqueeze(1).repeat(1, 9, 1)
    states[..., 0] = tracking.reference(states) + torch.tensor([0.1, 0.4]).unsqueeze(1)
    assert tracking.succeeded(states).tolist() == [True, False]


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("pendulum", {"steps": 2}, "environment 'pendulum', steps = 2: .*at least 8"),
        ("pendulum", {"stepz": 20}, "has no option stepz; it has steps, velocities"),
        ("cart-pole-without-velocities", {"tilt": "a"}, "tilt = 'a'"),
        ("none", {}, "must be an Environment, not a NoneType"),
        ("number", {}, "is broken: expected a dataclass or a function"),
        ("other", {}, "no environment 'other'; there are .*heavy"),
    ],
)
@pytest.mark.usefixtures("plugin")
def test_what_cannot_be_made_is_named(name, options, said):
    with pytest.raises(TaskError, match=said):
        load_environment(name, **options)


@pytest.mark.usefixtures("plugin")
def test_plugins_add_environments():
    assert list(environment_names()) == [*BUILT_IN, "heavy", "none", "number"]
    assert EnvironmentChoice("heavy", {"steps": 20}).load().steps == 20
    assert str(EnvironmentChoice("heavy", {"steps": 20})) == "heavy (steps 20)"
