"""The drives of a card: equal ones are found again, others are not, and what is all the same is said."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nado_lab.twin import Trials
from nado_lab.twin.data.fitted_drives import drive_numbers, pack, together, unpack, unseen


def trials(drive):
    drive = torch.as_tensor(drive, dtype=torch.float32)
    return Trials(drive, torch.zeros(*drive.shape[:2], 2))


@pytest.fixture
def fitted():
    return np.random.default_rng(0).uniform(-1, 1, (30, 28, 1))


def test_the_drives_of_a_fit_are_left_out_and_others_kept(fitted):
    packed = together("", trials(fitted))
    new = np.random.default_rng(1).uniform(-1, 1, (10, 28, 1))
    kept, said = unseen(packed, trials(np.concatenate([fitted[:5], new])))
    assert len(kept) == 10
    assert said == "5 of 15 sequences are left out: the twin was fitted to the same drives"
    assert unseen(packed, trials(new))[1] == ""


def test_where_all_were_fitted_that_is_said_loudly(fitted):
    kept, said = unseen(together("", trials(fitted)), trials(fitted[:5]))
    assert len(kept) == 5
    assert said.startswith("WARNING: the twin was fitted to ALL of these drives")


def test_a_window_of_a_long_trial_is_known_by_its_first_steps():
    long = np.random.default_rng(2).uniform(-1, 1, (1, 300, 1))
    windows = trials(long).windows(48, 24)
    assert np.isin(drive_numbers(trials(long)), drive_numbers(windows)).all()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 2**32 - 1), max_size=50))
def test_what_is_packed_comes_back(numbers):
    assert unpack(pack(set(numbers))).tolist() == sorted(set(numbers))


@pytest.mark.parametrize("damaged", ["", "not base64!", "AAA"])
def test_a_card_without_drives_knows_none(damaged, fitted):
    assert unseen(damaged, trials(fitted))[1] == ""


def test_rounding_of_another_map_does_not_matter(fitted):
    there_and_back = (fitted.astype(np.float32) * 0.7 + 0.1 - 0.1) / 0.7
    same = drive_numbers(trials(fitted)) == drive_numbers(trials(there_and_back))
    assert same.mean() > 0.9
