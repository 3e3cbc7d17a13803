"""The baselines are what they claim to be."""

import pytest
import torch

from network import Metric, Task, load_task
from network.baselines import baselines, echo_state_baseline, gru_baseline, linear_baseline
from network.tasks import Examples


def delay_task(delay):
    x = torch.randn(60, 40, 1, generator=torch.Generator().manual_seed(0))
    y = torch.roll(x, delay, dims=1)
    train, test = Examples(x[:40], y[:40]), Examples(x[40:], y[40:])
    return Task("delay", Metric.NRMSE, 1, train, test, washout=delay + 2)


def test_only_what_has_a_memory_can_tell_the_past():
    task = delay_task(2)
    assert linear_baseline(task).score == pytest.approx(1.0, abs=0.05)
    assert linear_baseline(delay_task(0)).score < 0.01
    assert echo_state_baseline(task, nodes=40).score < 0.3


def test_more_nodes_help_an_echo_state_network():
    task = load_task("narma-10", train=30, test=10)
    few, many = (echo_state_baseline(task, nodes).score for nodes in (3, 60))
    assert many < few - 0.1
    assert many < 0.75


def test_gru_has_the_parameters_asked_for_and_learns():
    task = load_task("temporal-mnist", train=500, test=200)
    row = gru_baseline(task, parameters=5000, epochs=15)
    assert row.parameters == pytest.approx(5000, rel=0.05)
    assert row.score > 0.6
    assert row.score == gru_baseline(task, parameters=5000, epochs=15).score


def test_the_table_has_a_row_for_each():
    task = load_task("temporal-mnist", train=300, test=100)
    rows = baselines(task, nodes=10, parameters=1000, gru_epochs=1)
    assert [row.name for row in rows] == ["logistic on the raw input", "echo-state network", "GRU"]
    assert rows[0].score > 0.75
    assert [row.nodes for row in rows[:2]] == [0, 10]
