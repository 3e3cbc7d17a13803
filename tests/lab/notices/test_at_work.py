import os
import subprocess
import sys
import time

import pytest
from nado_lab.lab.notices import AtWork, notes_of_work
from nado_lab.lab.notices.at_work import FOLDER, WorkNote
from nado_lab.lab.watch.look import look
from nado_lab.observer import Progress


@pytest.fixture
def notes(tmp_path, monkeypatch):
    folder = tmp_path / "notes"
    monkeypatch.setenv(FOLDER, str(folder))
    return folder


def test_work_is_seen_until_it_ends(tmp_path, notes):
    data = tmp_path / "data"
    (data / "a.zarr").mkdir(parents=True)
    work = AtWork("queue", tmp_path / "night.toml", [data / "a.zarr", data / "b.zarr"])
    other = AtWork("fit", tmp_path / "elsewhere" / "x.twin")
    work._written = 0.0
    work.progress(Progress("1 of 2: characterise", 0.5, "3 of 6 rows"))
    (seen,) = look(data).work
    assert (seen.what, seen.stage, seen.share, seen.doing) == (
        "queue",
        "1 of 2: characterise",
        0.5,
        "3 of 6 rows",
    )
    assert seen.waiting == ("b.zarr",)
    assert seen.is_alive
    work.end()
    other.end()
    assert look(data).work == ()
    assert list(notes.iterdir()) == []


def test_a_process_that_is_gone_is_told(tmp_path, notes):
    begin = f"AtWork('fit', {str(tmp_path / 'a.twin')!r})"
    code = f"import os; from nado_lab.lab.notices import AtWork; {begin}; os._exit(9)"
    subprocess.run([sys.executable, "-c", code], check=False)
    (seen,) = notes_of_work(tmp_path.resolve())
    assert not seen.is_alive


def test_another_process_of_the_same_number_is_another(tmp_path, notes):
    note = WorkNote("fit", str(tmp_path / "a.twin"), os.getpid(), 1.0, 1.0, 1.0)
    assert not note.is_alive


def test_notes_that_cannot_be_read_or_written_stop_nobody(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(FOLDER, str(tmp_path / "file" / "below"))
    work = AtWork("fit", tmp_path / "a.twin")
    work.progress(Progress("fit", float("nan")))
    work.end()
    monkeypatch.setenv(FOLDER, str(tmp_path))
    (tmp_path / "bad.json").write_text("{")
    assert notes_of_work(tmp_path) == ()


def test_old_notes_of_the_dead_are_swept(tmp_path, notes):
    notes.mkdir()
    old = notes / "1-1.json"
    WorkNote("fit", str(tmp_path), os.getpid(), 1.0, 1.0, 1.0).write(old)
    os.utime(old, (1.0, time.time() - 2 * 86400))
    AtWork("fit", tmp_path / "a.twin").end()
    assert not old.exists()
