"""Trials of unequal length: their padding never counts, whatever stands in it."""

from dataclasses import replace

import pytest
import torch
from nado_lab.network import Examples, StepReadout, Task, TaskError, TrainSettings, load_task, train
from nado_lab.network.baselines import BaselineSize, baselines
from nado_lab.network.lengths import batches, window_weights
from nado_lab.network.step_features import features_of_steps
from nado_lab.network.training.evaluate import answer, score_on_twins
from nado_lab.network.training.loss import loss_of

ONE_A_TRIAL = [each for each in StepReadout if each is not StepReadout.EACH]


def unequal(task: Task, seed: int = 0) -> Task:
    """Give every trial of a task a length of its own."""
    draw = torch.Generator().manual_seed(seed)

    def some(part: Examples) -> Examples:
        steps = part.inputs.shape[1]
        lengths = torch.randint(steps // 2, steps + 1, (len(part),), generator=draw)
        return Examples(part.inputs, part.targets, lengths)

    return replace(task, train=some(task.train), test=some(task.test)).single()


def spoilt(examples: Examples) -> Examples:
    """Write something else into all padding."""
    padding = torch.arange(examples.inputs.shape[1]) >= examples.lengths.unsqueeze(1)
    inputs = examples.inputs.masked_fill(padding.unsqueeze(2), 7.0)
    targets = examples.targets
    if targets.ndim == 3:
        targets = targets.masked_fill(padding.unsqueeze(2), float("nan"))
    return Examples(inputs, targets, examples.lengths)


@pytest.fixture(scope="module")
def series():
    return unequal(load_task("narma-10", train=12, test=6, steps=40, washout=5))


@pytest.fixture(scope="module")
def digits():
    return unequal(load_task("temporal-mnist", train=30, test=10))


@pytest.mark.parametrize("readout", ONE_A_TRIAL)
def test_a_trial_is_read_as_if_it_were_alone(readout):
    readouts = torch.randn(3, 2, 20, 5)
    lengths = torch.tensor([20, 7, 13])
    together = features_of_steps(readouts, readout, 20 if readout is StepReadout.ALL else 4, lengths)
    for trial, length in enumerate(lengths.tolist()):
        alone = readouts[trial : trial + 1, :, :length]
        own = features_of_steps(alone, readout, 4)[0]
        if readout is StepReadout.ALL:
            own = torch.nn.functional.pad(alone, (0, 0, 0, 20 - length)).flatten()
        torch.testing.assert_close(together[trial], own)


def test_a_trial_of_fewer_steps_than_windows_is_read_in_order():
    weights = window_weights(torch.tensor([3, 8]), 8, 4)
    assert weights.sum(2).allclose(torch.ones(2, 4))
    assert weights[0].argmax(1).tolist() == [0, 0, 1, 2]


def test_batches_of_unequal_trials_hold_like_lengths_and_all_trials():
    lengths = torch.tensor([9, 2, 8, 1])
    assert [part.tolist() for part in batches(4, lengths, 2)] == [[3, 1], [2, 0]]
    assert [part.tolist() for part in batches(4, None, 3)] == [[0, 1, 2], [3]]


@pytest.mark.parametrize("settings", [{"variant": "reservoir"}, {"epochs": 2}, {"method": "cascade"}])
@pytest.mark.parametrize("name", ["digits", "series"])
def test_padding_changes_neither_training_nor_scores(name, settings, request, leaky):
    task, twin = request.getfixturevalue(name), leaky()
    nodes = (3, 2) if "method" in settings else (3,)
    chosen = TrainSettings.of(nodes=nodes, range_penalty=0.1, shift=0, **settings)
    other = replace(task, train=spoilt(task.train), test=spoilt(task.test))
    one, two = (train(each, twin, chosen) for each in (task, other))
    for mine, theirs in zip(one.parameters(), two.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs)
    scores = [score_on_twins(one, each, twin) for each in (task, other)]
    assert scores[0] == pytest.approx(scores[1])


def test_answers_come_in_the_order_of_the_trials(digits, leaky):
    network = train(digits, leaky(), TrainSettings(variant="reservoir", nodes=(3,)))
    test, twin = digits.test, leaky()
    together = answer(network, test.inputs, twin, noise=False, lengths=test.lengths)
    for trial in range(len(test)):
        alone = test[trial : trial + 1].trimmed()
        torch.testing.assert_close(network(alone.inputs, twin, noise=False), together[trial : trial + 1])


def test_a_step_after_the_end_has_no_loss(series):
    answers = series.test.targets.clone()
    answers[:, -1] += 100 * (series.test.lengths < series.test.targets.shape[1]).float().unsqueeze(1)
    assert float(loss_of(series, answers, series.test)) == 0.0
    assert series.metric.score(*(series.counted(v, series.test.lengths) for v in (answers, answers))) == 0.0


@pytest.mark.parametrize("name", ["digits", "series"])
def test_baselines_do_not_look_at_padding(name, request):
    task = request.getfixturevalue(name)
    other = replace(task, train=spoilt(task.train).single(), test=spoilt(task.test).single())
    size = BaselineSize(nodes=4, parameters=80)
    rows, others = (baselines(each, size, gru_epochs=1) for each in (task, other))
    assert [row.score for row in rows] == pytest.approx([row.score for row in others])


@pytest.mark.parametrize("lengths", [[0, 3], [3, 9], [3], [1.0, 2.0]])
def test_lengths_that_do_not_fit_are_refused(lengths):
    with pytest.raises(TaskError, match="lengths must be 2 whole numbers from 1 to 4"):
        Examples(torch.zeros(2, 4, 1), torch.zeros(2, dtype=torch.long), torch.tensor(lengths))


@pytest.mark.parametrize("readout", ONE_A_TRIAL)
def test_equal_lengths_are_read_as_without_lengths(readout):
    readouts, count = torch.randn(6, 2, 8, 3), 8 if readout is StepReadout.ALL else 3
    told = features_of_steps(readouts, readout, count, torch.full((6,), 8))
    torch.testing.assert_close(told, features_of_steps(readouts, readout, count))
