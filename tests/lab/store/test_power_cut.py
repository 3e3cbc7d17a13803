"""A power cut at any moment: on a disk that keeps only what was forced to it, committed rows are there."""

import shutil

import numpy as np
import pytest
from nado_lab.lab.store import Fsync, Run, RunMetadata, RunWriter, Status, power_cut
from nado_lab.lab.store.power_cut import PowerCut
from nado_lab.lab.store.run_files import RunFiles
from nado_lab.protocols import Column

COLUMNS = {"primary": (Column("u"), Column("wave", ("k",), (3,))), "monitor": (Column("t"),)}


@pytest.fixture
def disk(tmp_path, monkeypatch):
    """Give what a power cut would leave of `tmp_path/run`: files as they were when they were forced."""
    left, moments = tmp_path / "left", []

    def to_disk(path):
        inside = path.relative_to(tmp_path).parts[1:]
        kept = left.joinpath(*inside)
        if path.is_file():
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, kept)
        for look in moments:
            look(left)

    monkeypatch.setattr(power_cut, "to_disk", to_disk)
    return left, moments


def row(number):
    return {"u": number / 8, "wave": np.arange(3.0) + number}


def rows_of(run) -> int:
    data = Run.open(run).dataset()
    count = data.sizes["trial"]
    assert data["u"].values.tolist() == [number / 8 for number in range(count)]
    assert data["wave"].values.tolist() == [[number, number + 1, number + 2] for number in range(count)]
    return count


def test_committed_rows_survive_a_cut_at_every_moment(tmp_path, disk):
    left, moments = disk
    writer = RunWriter.create(tmp_path / "run", RunMetadata(fsync=Fsync.ALWAYS), COLUMNS)
    committed, seen = 0, []
    for number in range(6):
        if number == 1:  # before its first commit a run has nothing to lose
            moments.append(lambda left: seen.append(rows_of(left)))
        writer.append("primary", row(number))
        writer.append("monitor", {"t": 300.0})
        writer.flush()
        assert min(seen, default=0) >= committed
        committed = number + 1
        assert rows_of(left) == committed
        assert Run.open(left).rows("monitor") == committed
        seen.clear()
    moments.clear()
    writer.finalise(Status.COMPLETE)
    assert rows_of(left) == 6
    assert Run.open(left).status is Status.COMPLETE


def test_a_slow_scan_is_forced_by_default_and_a_fast_one_as_often_as_it_costs_little(tmp_path, monkeypatch):
    now, forced = [0.0], []
    monkeypatch.setattr(power_cut, "to_disk", lambda path: now.__setitem__(0, now[0] + 0.01))
    files = RunFiles(tmp_path)
    cut = PowerCut(files, Fsync.AUTO, lambda: now[0])
    (tmp_path / "chunk").write_text("")
    for _ in range(600):  # ten commits a second: forcing file and folder takes 20 ms
        now[0] += 0.1
        files.written.add(tmp_path / "chunk")
        with cut.round():
            if cut.is_due:
                forced.append(now[0])
    assert 10 <= forced[0] < 10.2
    spent = now[0] - 600 * 0.1
    assert len(forced) > 50
    assert spent < 0.06 * now[0] + 0.6
    now[0] += 60.0
    assert cut.is_due
    assert not PowerCut(files, Fsync.NEVER, lambda: now[0]).is_due
    assert not PowerCut(None, Fsync.ALWAYS, lambda: now[0]).is_due


def test_a_run_that_goes_on_keeps_to_what_was_asked(tmp_path, disk):
    left, _ = disk
    writer = RunWriter.create(tmp_path / "run", RunMetadata(fsync=Fsync.ALWAYS), COLUMNS)
    writer.append("primary", row(0))
    writer.finalise(Status.ABORTED)
    again = RunWriter.resume(tmp_path / "run", COLUMNS)
    again.append("primary", row(1))
    again.flush()
    assert rows_of(left) == 2
    again.finalise(Status.COMPLETE)
