"""Runs become the tensors that twins are fitted on: joined only where they mean the same."""

import numpy as np
import pytest
from nado_lab.lab.store import RunMetadata, RunWriter, Status
from nado_lab.lab.stored_trials import StoredTrials
from nado_lab.lab.trials import trials_of
from nado_lab.protocols import Column, Coordinate
from nado_lab.twin import TwinError


def stored(path, units="V", trials=4, drive_map=None, seed=0):
    """Write a run of trials in pairs of repeats."""
    columns = (
        Column("sequence", dtype="int64", is_coordinate=True),
        Column("drive", ("step", "port"), (3, 1)),
        Column("readout", ("step", "channel"), (3, 2), units=units),
    )
    metadata = RunMetadata(notes={"drive_map": drive_map} if drive_map else {})
    writer = RunWriter.create(path, metadata, {"primary": columns}, (Coordinate("channel", ("a", "b")),))
    random = np.random.default_rng(seed)
    rows = {column.name: random.uniform(-1, 1, (trials, *column.shape)) for column in columns[1:]}
    writer.append_block("primary", {"sequence": np.arange(trials) // 2, **rows})
    writer.finalise(Status.COMPLETE)
    return path


def test_sequences_of_two_runs_stay_apart(tmp_path):
    trials = trials_of(stored(tmp_path / "a"), stored(tmp_path / "b", seed=1))
    assert trials.drive.shape == (8, 3, 1)
    assert trials.sequence.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert trials.initial is None
    assert (trials.channels, trials.units) == (("a", "b"), ("V", "V"))
    assert len(set(trials.lineage)) == 2


@pytest.mark.parametrize("read", [trials_of, StoredTrials])
def test_runs_in_volts_and_millivolts_are_not_joined(tmp_path, read):
    with pytest.raises(TwinError, match="V"):
        read(stored(tmp_path / "a"), stored(tmp_path / "b", units="mV"))


def test_parts_of_runs_on_two_drive_maps_are_read_on_one(tmp_path):
    runs = [
        stored(tmp_path / name, drive_map={"low": -1.0, "high": high, "units": "V"})
        for name, high in (("a", 1.0), ("b", 3.0))
    ]
    whole, part = trials_of(*runs), StoredTrials(*runs)
    for rows in ([0, 1], [5, 7]):
        np.testing.assert_array_equal(part.read(np.array(rows)).drive, whole.drive[rows])


@pytest.mark.parametrize("read", [trials_of, StoredTrials])
def test_a_run_that_is_given_twice_or_copied_counts_once(tmp_path, read):
    """Under two numbers, a sequence would be fitted and score the fit."""
    run, copy = stored(tmp_path / "a"), stored(tmp_path / "b")
    assert len(read(run, run)) == len(read(run, copy)) == len(read(run)) == 4


def test_a_channel_that_holds_no_number_is_left_out_of_every_part(tmp_path):
    columns = (
        Column("drive", ("step", "port"), (3, 1)),
        Column("readout", ("step", "channel"), (3, 2), units="V"),
    )
    writer = RunWriter.create(tmp_path / "run", RunMetadata(), {"primary": columns})
    random = np.random.default_rng(0)
    readout = random.standard_normal((40, 3, 2))
    readout[:, :, 1] = np.nan
    readout[30, :, 0] = np.nan  # a trial of which nothing is left
    writer.append_block("primary", {"drive": random.uniform(-1, 1, (40, 3, 1)), "readout": readout})
    writer.finalise(Status.COMPLETE)
    part = StoredTrials(tmp_path / "run")
    assert len(part.findings) == 1
    found = part.read(np.array([0, 5, 30]))
    assert found.readout.shape == (3, 3, 1)
    assert found.bad.all(1).tolist() == [False, False, True]
    assert trials_of(tmp_path / "run").channels == ("0",)
