"""Controllers: trained through environment and devices, resumed exactly, compared on the same episodes."""

import pytest
import torch
from nado_lab.network import Checkpoint, NetworkError, NetworkFileError, load_environment
from nado_lab.network.control import (
    Begin,
    ControlSettings,
    DeviceController,
    control_baselines,
    joined,
    new_controller,
    play,
    score,
    scored_episodes,
    train_controller,
)
from nado_lab.network.control.classical import classical
from nado_lab.observer import StoppedError

SMALL = {"epochs": 2, "episodes": 8, "horizon": 12, "truncate": 6, "nodes": (3,)}


def same(one, other):
    theirs = other.state_dict()
    return all(torch.equal(value, theirs[name]) for name, value in one.state_dict().items())


def test_training_lowers_the_cost_and_the_pole_stays_up(leaky):
    environment, device = load_environment("cart-pole", steps=60, tilt=0.1), leaky(noise=0.02)
    settings = ControlSettings.of(epochs=4, episodes=32, horizon=40, nodes=(3,))
    begin = scored_episodes(environment, 50, 0)
    untrained = DeviceController(new_controller(environment, device, settings), [device])
    trained = DeviceController(train_controller(environment, device, settings), [device])
    before, after = (score(environment, play(environment, each, begin)) for each in (untrained, trained))
    assert after.success > 0.9 > 0.5 > before.success
    assert after.cost < 0.3 * before.cost


def test_a_stopped_training_goes_on_exactly(leaky, listener, tmp_path):
    environment, settings = load_environment("tracking", steps=12), ControlSettings.of(**SMALL)
    whole = train_controller(environment, leaky(), settings)
    kept = Checkpoint(tmp_path / "state")
    with pytest.raises(StoppedError, match="after epoch 1 of 2"):
        train_controller(environment, leaky(), settings, listener(stop_after=1), kept)
    seen = listener()
    again = train_controller(environment, leaky(), settings, seen, kept)
    assert seen.epochs == [2]
    assert same(again, whole)
    other = ControlSettings.of(**SMALL | {"epochs": 3})
    with pytest.raises(NetworkFileError, match="belongs to another training"):
        train_controller(environment, leaky(), other, None, kept)


def test_random_device_weights_stay_and_the_readout_learns(leaky):
    environment = load_environment("pendulum", steps=12)
    settings = ControlSettings.of(**SMALL, variant="reservoir")
    start, end = (
        new_controller(environment, leaky(), settings),
        train_controller(environment, leaky(), settings),
    )
    assert torch.equal(start.connection(0).weight, end.connection(0).weight)
    assert not torch.equal(start.readout.weight, end.readout.weight)
    assert all(each.requires_grad for each in end.parameters())


def test_deterministic_training_sees_no_noise(leaky):
    environment = load_environment("pendulum", steps=12)
    settings = ControlSettings.of(**SMALL, variant="deterministic")
    loud, quiet = (train_controller(environment, leaky(noise=n), settings) for n in (9.0, 0.0))
    torch.testing.assert_close(loud.connection(0).weight, quiet.connection(0).weight, atol=0.5, rtol=0)
    noisy = train_controller(environment, leaky(noise=9.0), ControlSettings.of(**SMALL))
    assert not torch.equal(noisy.readout.weight, loud.readout.weight)


def test_memory_is_that_of_one_stretch_of_gradient(leaky):
    environment = load_environment("tracking", steps=12)
    ends = []
    for cut in (3, 12):
        settings = ControlSettings.of(**SMALL | {"truncate": cut})
        ends.append(train_controller(environment, leaky(), settings))
    assert not same(*ends)


def test_episodes_alone_and_side_by_side_are_the_same(leaky):
    environment, settings = load_environment("pendulum", steps=20), ControlSettings.of(**SMALL)
    device = leaky()
    controller = DeviceController(new_controller(environment, device, settings), [device])
    begin = scored_episodes(environment, 3, 0)
    whole = play(environment, controller, begin, noise=False)
    alone = joined([play(environment, controller, begin[i : i + 1], noise=False) for i in range(3)])
    torch.testing.assert_close(alone.states, whole.states)
    torch.testing.assert_close(alone.costs, whole.costs)
    assert whole.states.shape == (3, 21, 2)
    assert whole.actions.abs().max() <= 1


def test_what_is_over_stays_as_it_is(leaky):
    environment, settings = load_environment("cart-pole", steps=30), ControlSettings.of(**SMALL)
    controller = DeviceController(new_controller(environment, leaky(), settings), [leaky()])
    fallen = Begin(torch.tensor([[0.0, 0.0, 0.3, 1.0]]), scored_episodes(environment, 1, 0).plant)
    played = play(environment, controller, fallen)
    assert (played.states == fallen.state).all()
    assert score(environment, played).success == 0


@pytest.mark.parametrize("name", ["pendulum", "pendulum-without-velocity", "cart-pole-without-velocities"])
def test_the_textbooks_controllers_succeed(name):
    environment = load_environment(name)
    begin = scored_episodes(environment, 30, 0)
    assert score(environment, play(environment, classical(environment), begin)).success == 1


def test_baselines_stand_in_one_table():
    environment = load_environment("tracking", steps=12)
    settings = ControlSettings.of(**SMALL)
    rows = control_baselines(environment, 200, settings, scored_episodes(environment, 5, 0))
    assert [row.name for row in rows] == ["GRU", "readout without devices", "PID"]
    assert abs(rows[0].parameters - 200) < 60
    assert rows[1].parameters == 3
    assert all(row.score.episodes == 5 for row in rows)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"batch": 3}, "training a controller has no setting batch; it has variant, nodes"),
        ({"episodes": 0}, "episodes = 0: "),
    ],
)
def test_wrong_settings_are_named(values, said):
    with pytest.raises(NetworkError, match=said):
        ControlSettings.of(**values)
