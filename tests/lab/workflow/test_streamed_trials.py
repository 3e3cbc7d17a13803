"""Runs larger than the memory that is allowed: read in parts, and nothing held out is ever fitted."""

import numpy as np
import pytest
import torch
from nado_lab.lab.store import RunMetadata, RunWriter, Status
from nado_lab.lab.stored_trials import StoredTrials
from nado_lab.lab.trials import trials_of
from nado_lab.lab.workflow.streamed_trials import GIB, TIMES, open_stream, score_in_parts
from nado_lab.protocols import Column, Coordinate
from nado_lab.twin import FitSettings, ModelSizes, evaluate, fit_and_score

STEPS, SEQUENCES, REPEATS = 12, 60, 6
QUICK = FitSettings(likelihood_steps=60, score_steps=2, model=ModelSizes(hidden=0))


def write(path, sequences=SEQUENCES, seed=0, repeats=REPEATS):
    """Write x' = 0.7 x + 0.5 u + noise, all sequences once and then again, 12 rows a chunk."""
    draw = np.random.default_rng(seed)
    order = np.tile(np.arange(sequences), repeats)
    drive = draw.uniform(-1, 1, (sequences, STEPS, 1))[order]
    x, readout = np.zeros((len(order), 2)), []
    for u in drive.transpose(1, 0, 2):
        x = 0.7 * x + 0.5 * u * np.array([1.0, -0.6]) + 0.1 * draw.normal(size=x.shape)
        readout.append(x)
    columns = (
        Column("sequence", dtype="int64", is_coordinate=True),
        Column("drive", ("step", "port"), (STEPS, 1)),
        Column("readout", ("step", "channel"), (STEPS, 2), units="V"),
        Column("initial", ("channel",), (2,), units="V"),
    )
    writer = RunWriter.create(path, RunMetadata(), {"primary": columns}, (Coordinate("channel", ("a", "b")),))
    rows = {"sequence": order, "drive": drive, "readout": np.stack(readout, 1), "initial": np.zeros_like(x)}
    writer.append_block("primary", rows)
    writer.finalise(Status.COMPLETE)
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setattr("nado_lab.lab.store.layout.CHUNK_BYTES", 12 * STEPS * 2 * 8)
    yield write(tmp_path_factory.mktemp("runs") / "a.zarr")
    patch.undo()


def memory_for(stored, trials):
    return trials * stored.trial_bytes * TIMES / GIB


def test_any_rows_are_read_as_they_were_written(run, tmp_path):
    other = write(tmp_path / "b.zarr", sequences=5, seed=1)
    whole, stored = trials_of(run, other), StoredTrials(run, other)
    rows = np.array([0, 1, 2, 40, 359, 360, 361, len(stored) - 1])
    part = stored.read(rows[::-1])
    for name in ("drive", "readout", "initial", "sequence"):
        np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[rows])
    blocks = stored.blocks(50, seed=3)
    seen = [next(blocks) for _ in range(-(-360 // 50) + 1)]
    assert sum(len(block.drive) for block in seen) == len(stored)
    assert sorted(np.concatenate([block.sequence for block in seen])) == sorted(whole.sequence)


def test_a_streamed_fit_sees_all_that_is_not_held_out(run):
    stored = StoredTrials(run)
    stream = open_stream([run], memory_for(stored, 60))
    assert stream.needed
    first = stream.first()
    assert len(first) == 60
    never = []

    def more(held_out):
        never.extend(held_out.tolist())
        for block in stream.more(held_out):
            assert not set(block.sequence.tolist()) & set(held_out.tolist())
            yield block

    twin = fit_and_score(first, QUICK, more=more).twin
    assert stream.read > 2 * len(stored)
    assert set(twin.card.split.scored.sequences) < set(never)
    assert set(twin.card.fit.held_out) < set(never)
    unseen = stored.read(np.flatnonzero(np.isin(stored.sequence, never)))
    assert evaluate(twin, unseen).mean_error < 2 * evaluate(twin, unseen).floor.mean_error
    torch.manual_seed(1)
    again = fit_and_score(open_stream([run], memory_for(stored, 60)).first(), QUICK, more=open_stream(
        [run], memory_for(stored, 60)).more).twin  # fmt: skip
    assert again.card.metrics == twin.card.metrics


def test_scores_in_parts_are_those_of_whole_sequences(run):
    stored = StoredTrials(run)
    twin = fit_and_score(stored.read(np.arange(120)), QUICK).twin
    rows = np.arange(len(stored))
    whole = evaluate(twin, stored.read(rows)).to_json()
    metrics, parts = score_in_parts(twin, stored, rows, memory_for(stored, 90))
    assert parts == 4
    found = metrics.to_json()
    for name in ("mean_error", "crps", "coverage90"):
        assert found[name] == pytest.approx(whole[name], rel=0.05)
    assert found["floor"]["crps"] == pytest.approx(whole["floor"]["crps"], rel=0.05)
