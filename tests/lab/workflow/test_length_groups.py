"""Which sequences are played together."""

import numpy as np
from nado_lab.lab.workflow.length_groups import MOST_GROUPS, length_groups, rest_after


def test_few_lengths_are_groups_of_their_own():
    groups = length_groups(5, 9, np.array([4, 7, 4, 9, 7]))
    assert [(each.examples.tolist(), each.steps, each.name) for each in groups] == [
        ([0, 2], 4, "-steps4"),
        ([1, 4], 7, "-steps7"),
        ([3], 9, "-steps9"),
    ]


def test_many_lengths_share_groups_and_none_is_left_out_or_cut():
    lengths = np.random.default_rng(0).integers(10, 90, 500)
    groups = length_groups(500, 90, lengths)
    assert len(groups) <= MOST_GROUPS
    assert sorted(np.concatenate([each.examples for each in groups])) == list(range(500))
    assert all(lengths[each.examples].max() == each.steps for each in groups)
    played = sum(each.steps * len(each.examples) for each in groups)
    assert played < 1.15 * lengths.sum()


def test_equal_lengths_are_one_group_without_a_name():
    (group,) = length_groups(3, 9, None)
    assert (group.examples.tolist(), group.steps, group.name) == ([0, 1, 2], 9, "")


def test_drives_rest_after_the_last_step_of_their_own():
    drive = rest_after(np.zeros((2, 1, 3, 1), np.float32), np.array([1, 3]))
    assert drive[:, 0, :, 0].tolist() == [[0, -1, -1], [0, 0, 0]]
