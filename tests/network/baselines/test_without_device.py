"""The readout without the device sees the inputs alone."""

import pytest
import torch
from nado_lab.network import Examples, Metric, Task, TrainSettings, load_task
from nado_lab.network.baselines import score_without_device
from nado_lab.network.training.train import new_network


@pytest.mark.parametrize("settings", [{}, {"variant": "reservoir"}])
def test_classes_in_the_mean_of_the_input_need_no_device(settings, leaky):
    classes = torch.arange(60) % 2
    inputs = classes[:, None, None].float() + 0.1 * torch.randn(60, 8, 1)
    lengths = torch.arange(60) % 5 + 4
    examples = Examples(inputs, classes, lengths).single()
    task = Task("means", Metric.ACCURACY, 2, examples[:40], examples[40:])
    chosen = TrainSettings.of(nodes=(1,), **settings)
    assert score_without_device(task, new_network(task, [leaky()], chosen).spec, chosen) == 1.0


def test_a_series_that_needs_memory_is_not_answered_by_the_step_alone(leaky):
    task, chosen = load_task("narma-10", train=20, test=10, steps=60), TrainSettings(nodes=(1,))
    assert score_without_device(task, new_network(task, [leaky()], chosen).spec, chosen) > 0.7


def test_a_class_that_cannot_be_is_no_division_by_zero():
    from nado_lab.network.baselines.without_device import _logistic

    train = torch.cat([torch.full((20, 1), -1e4), torch.full((20, 1), 1e4)])
    answers = _logistic(train, torch.arange(40) // 20, torch.tensor([[-1e4], [1e4]]))
    assert torch.isfinite(answers).all()
    assert answers.argmax(1).tolist() == [0, 1]
