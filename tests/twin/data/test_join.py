"""Runs that do not mean the same are not joined."""

from dataclasses import replace

import pytest
from nado_lab.twin import DataError, join


def test_runs_in_other_units_are_refused(make_process):
    with pytest.raises(DataError, match="runs in V and in mV cannot be joined"):
        join([make_process(2), replace(make_process(2), units=("mV",))])


def test_runs_of_other_channels_are_refused(make_process):
    with pytest.raises(DataError, match="same channels"):
        join([make_process(2), replace(make_process(2), channels=("current",))])


def test_what_one_run_marks_stays_marked(make_process):
    marked = replace(make_process(2), held_out=[False, True])
    assert join([make_process(3), marked]).held_out.tolist() == [False] * 4 + [True]
