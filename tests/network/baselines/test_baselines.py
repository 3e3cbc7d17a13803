"""The baselines are what they claim to be."""

import pytest
import torch
from nado_lab.network import Metric, Task, load_task
from nado_lab.network.baselines import (
    BaselineSize,
    baselines,
    echo_state_baseline,
    gru_baseline,
    linear_baselines,
)
from nado_lab.network.tasks import Examples


def delay_task(delay):
    x = torch.randn(60, 40, 1, generator=torch.Generator().manual_seed(0))
    y = torch.roll(x, delay, dims=1)
    train, test = Examples(x[:40], y[:40]), Examples(x[40:], y[40:])
    return Task("delay", Metric.NRMSE, 1, train, test, washout=delay + 2)


def test_only_what_has_a_memory_can_tell_the_past():
    task = delay_task(2)
    assert linear_baselines(task)[0].score == pytest.approx(1.0, abs=0.05)
    assert linear_baselines(delay_task(0))[0].score < 0.01
    assert echo_state_baseline(task, nodes=40).score < 0.3


def test_with_delays_the_raw_input_tells_the_past():
    now, before = linear_baselines(delay_task(2), delays=2)
    assert (now.parameters, before.parameters) == (2, 4)
    assert before.score < 0.01 < 0.9 < now.score
    few = echo_state_baseline(delay_task(8), nodes=3)
    assert echo_state_baseline(delay_task(8), nodes=3, delays=8).score < 0.5 * few.score


def test_more_nodes_help_an_echo_state_network():
    task = load_task("narma-10", train=30, test=10)
    few, many = (echo_state_baseline(task, nodes).score for nodes in (3, 60))
    assert many < few - 0.1
    assert many < 0.75


def test_gru_has_the_parameters_asked_for_and_learns():
    task = load_task("temporal-mnist", train=500, test=200)
    row = gru_baseline(task, parameters=3000, epochs=10)
    assert row.parameters == pytest.approx(3000, rel=0.05)
    assert row.score > 0.5
    few = Task("few", task.metric, task.outputs, task.train[:50], task.test)
    first, again = (gru_baseline(few, parameters=3000, epochs=2).score for _ in range(2))
    assert first == again


def test_the_table_has_a_row_for_each(leaky):
    task = load_task("temporal-mnist", train=300, test=100)
    rows = {row.name: row for row in baselines(task, BaselineSize(10, 1000), twin=leaky(), gru_epochs=1)}
    logistic, ridge, single, echo, gru = rows
    assert (logistic, ridge) == ("logistic on the raw input", "ridge on the raw input")
    assert (single, echo, gru) == ("single-device reservoir", "echo-state network", "GRU")
    assert min(rows[logistic].score, rows[ridge].score) > 0.75
    assert [rows[name].nodes for name in (logistic, single, echo)] == [0, 1, 10]
    assert 0.15 < rows[single].score < rows[echo].score


def test_without_a_twin_the_table_has_no_single_device():
    task = load_task("narma-10", train=10, test=4, steps=40)
    names = [row.name for row in baselines(task, BaselineSize(2, 60), gru_epochs=1)]
    assert names == ["ridge on the raw input", "echo-state network", "GRU"]
    names = [row.name for row in baselines(task, BaselineSize(2, 60, delays=3), gru_epochs=1)]
    assert names[1::2] == [
        "ridge on the raw input and 3 steps before",
        "echo-state network and 3 states before",
    ]
