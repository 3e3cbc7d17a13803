"""Generated time series: their equations, their splits, their scores."""

import math

import numpy as np
import pytest
import torch
from nado_lab.network import Metric, TaskError, load_task
from nado_lab.network.tasks import narma10, reaching, sines
from sklearn.linear_model import LogisticRegression

SERIES = ["mackey-glass", "narma-10", "sine-transform", "few-shot-sines", "reaching"]


@pytest.mark.parametrize("name", SERIES)
def test_series_are_standardised_seeded_and_disjoint(name):
    task, again, other = (load_task(name, train=20, test=10, seed=seed) for seed in (1, 1, 2))
    assert len(task.train) == 20
    assert len(task.test) == 10
    assert not task.is_classification
    assert torch.equal(task.test.inputs, again.test.inputs)
    assert not torch.equal(task.test.inputs, other.test.inputs)
    torch.testing.assert_close(task.train.targets.mean((0, 1)), torch.zeros(task.outputs), atol=1e-4, rtol=0)
    torch.testing.assert_close(task.train.targets.std((0, 1)), torch.ones(task.outputs), atol=1e-2, rtol=0)
    assert not any(torch.equal(a, b) for a in task.train.inputs for b in task.test.inputs)


def test_nrmse_is_zero_for_the_truth_and_one_for_the_mean():
    truth = torch.randn(10, 20, 2, generator=torch.Generator().manual_seed(0))
    assert Metric.NRMSE.score(truth, truth) == 0
    assert Metric.NRMSE.score(truth.mean((0, 1)).expand_as(truth), truth) == pytest.approx(1.0)


def test_mackey_glass_asks_for_the_input_of_later_steps():
    task = load_task("mackey-glass", train=3, test=1, horizon=7, steps=50)
    seen, wanted = task.train.inputs.flatten(), task.train.targets.flatten()
    assert np.corrcoef(seen[7:100], wanted[:93])[0, 1] > 0.999999


def test_narma_obeys_its_recurrence():
    u = torch.full((1, 400), 0.2, dtype=torch.float64)
    y = narma10.respond(u)[0, -1].item()
    assert 0.3 * y + 0.5 * y * y + 1.5 * 0.04 + 0.1 == pytest.approx(y)


def test_narma_remembers_ten_steps():
    u = torch.full((2, 40), 0.2, dtype=torch.float64)
    u[1, 5] = 0.4
    change = (narma10.respond(u)[0] - narma10.respond(u)[1]).abs()
    assert (change[:10] == 0).all()
    assert change[15] > 0.01


def test_waveforms_follow_the_phase_of_the_sine():
    task = load_task("sine-transform", train=4, test=2, waveform="square", period=20)
    clear = task.train.inputs.abs() > 0.1
    assert torch.equal(task.train.inputs[clear] > 0, task.train.targets[clear] > 0)
    phase = torch.linspace(-3, 3, 7)
    torch.testing.assert_close(sines.WAVEFORMS["sawtooth"](phase), phase / math.pi)
    with pytest.raises(TaskError, match="cubed"):
        load_task("sine-transform", waveform="none")


def test_few_shot_sines_show_only_the_first_values():
    task = load_task("few-shot-sines", train=5, test=2, shots=4)
    value, shown = task.train.inputs[..., 1], task.train.inputs[..., 2]
    assert (shown[:, :4] > 0).all()
    assert (shown[:, 4:] < 0).all()
    assert value[:, 4:].std() < 1e-5 < value[:, :4].std()


def test_mnist1d_is_as_hard_for_a_linear_classifier_as_published():
    task = load_task("mnist-1d", train=2000, test=500)
    x_train, x_test = (part.inputs.flatten(1).numpy() for part in (task.train, task.test))
    linear = LogisticRegression(C=0.1, max_iter=300).fit(x_train, task.train.targets)
    assert 0.26 < linear.score(x_test, task.test.targets) < 0.40


def test_velocities_have_unit_deviation_and_the_stated_memory():
    velocity = reaching.movements(400, 50, 0.05, torch.Generator().manual_seed(1))
    assert velocity.std().item() == pytest.approx(1.0, abs=0.05)
    lagged = (velocity[:, 6:] * velocity[:, :-6]).mean().item()
    assert lagged == pytest.approx(math.exp(-0.3 / 0.3), abs=0.05)


def test_spike_counts_tell_the_velocity_linearly():
    task = load_task("reaching", train=60, test=20)
    x, y = task.train.inputs.flatten(0, 1), task.train.targets.flatten(0, 1)
    weight = torch.linalg.lstsq(x, y).solution
    assert Metric.NRMSE.score(task.test.inputs @ weight, task.test.targets) < 0.6


def test_impossible_series_are_named():
    with pytest.raises(TaskError, match="washout"):
        load_task("narma-10", steps=20, washout=20)
    with pytest.raises(TaskError, match="horizon"):
        load_task("mackey-glass", horizon=0)
    with pytest.raises(TaskError, match="no option colour"):
        load_task("narma-10", colour=3)
    for wrong in ({"steps": "many"}, {"steps": 0}, {"train": 1.5}, {"seed": -1}, {"washout": None}):
        with pytest.raises(TaskError, match=next(iter(wrong))):
            load_task("narma-10", **wrong)
