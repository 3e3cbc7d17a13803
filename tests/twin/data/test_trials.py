"""Trials: shapes that belong together, splits and windows."""

import pytest
import torch
from nado_lab.twin import DataError, Trials


def test_shapes_that_do_not_belong_together_are_refused():
    with pytest.raises(DataError, match=r"\(3, 5, 1\) and \(3, 4, 2\)"):
        Trials(torch.zeros(3, 5, 1), torch.zeros(3, 4, 2))
    with pytest.raises(DataError, match="initial"):
        Trials(torch.zeros(3, 5, 1), torch.zeros(3, 5, 2), initial=torch.zeros(3, 1))


def test_values_that_are_not_finite_are_refused():
    readout = torch.zeros(3, 5, 2)
    readout[1, 2, 0] = float("nan")
    with pytest.raises(DataError, match="finite"):
        Trials(torch.zeros(3, 5, 1), readout)


def test_split_keeps_repeats_together(make_process):
    trials = make_process(6, repeats=4)
    rest, held = trials.split([1, 4])
    assert (len(rest), len(held)) == (16, 8)
    assert set(held.sequence.tolist()) == {1, 4}


def test_windows_are_pieces_of_the_trial(make_process):
    trials = make_process(2, steps=20)
    windows = trials.windows(8, 4)
    assert windows.drive.shape == (8, 8, 1)
    assert torch.equal(windows.readout[2], trials.readout[0, 4:12])
    assert windows.initial is None
    with pytest.raises(DataError, match="windows of 21 steps"):
        trials.windows(21, 1)


def test_steps_of_windows_begin_later_in_the_long_trial(make_process):
    windows = make_process(2, steps=30).windows(10, 5)
    later = windows.steps(3, 8)
    assert torch.equal(later.origin, windows.origin + torch.tensor([0, 3]))
    assert torch.equal(windows.steps(0, 8).origin, windows.origin)
    assert make_process(2).steps(3, 8).origin is None
