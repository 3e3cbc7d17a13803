"""What the page says of a folder is true: runs that are written, stopped, killed, paused, ended, linked."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from nado_lab.lab.store import RunMetadata, RunWriter, SetupRecord, Status
from nado_lab.lab.store.metadata import BENCH, EXPECTED
from nado_lab.lab.watch.look import look
from nado_lab.lab.watch.snapshot import Tone
from nado_lab.protocols import Column

WRITER = Path(__file__).with_name("writing_run.py")
SAFE = {"condition": "safe", "at": "2026-01-31T10:00:00Z", "source": "acknowledged command"}


def write(path, rows=3, status=Status.COMPLETE, setup="", **notes):
    metadata = RunMetadata(notes=notes, setup=SetupRecord(name=setup) if setup else None)
    writer = RunWriter.create(path, metadata, {"primary": (Column("level"),)})
    for number in range(rows):
        writer.append("primary", {"level": float(number)})
    if status is None:
        writer.flush()
        return writer
    writer.finalise(status, reason="the lead fell off" if status is Status.FAILED else "")
    return writer


@pytest.fixture
def other_process(tmp_path):
    """Have another process write a run of 400 rows; it is killed in the end."""
    command = [sys.executable, str(WRITER), str(tmp_path / "live.zarr"), "400", "0.05"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(3):
        process.stdout.readline()
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.skipif(os.name == "nt", reason="SIGSTOP")
def test_a_run_that_another_process_writes_stops_and_dies(tmp_path, other_process):
    (run,) = look(tmp_path).going
    assert (run.name, run.total) == ("live.zarr", 400)
    assert 3 <= run.rows < 400
    assert run.left_s is not None
    assert 5 < run.left_s < 200
    assert f"process {other_process.pid}" in run.process
    assert "driving" in run.bench.text
    assert time.time() - run.seen_at < 5

    other_process.send_signal(signal.SIGSTOP)
    (stopped,) = look(tmp_path).going
    assert stopped.bench.tone is Tone.BAD
    assert "UNKNOWN" in stopped.bench.text
    assert "is stopped" in stopped.bench.text

    other_process.kill()
    other_process.wait()
    seen = look(tmp_path)
    assert seen.going[0].left_s is None
    assert seen.going[0].bench.tone is Tone.BAD
    assert "no process of this computer measures it" in seen.going[0].bench.text
    assert seen.newest[0].status == "interrupted"


def test_curves_of_a_run_that_is_written(tmp_path, other_process):
    for _ in range(6):
        seen = look(tmp_path)
        titles = [plot.title.split(" of ")[0] for plot in seen.plots]
        assert titles == ["readout (V)", "level (mT)"] or "cannot be drawn" in seen.plotted
        if titles:
            assert all(np.isfinite(curve.y).all() for plot in seen.plots for curve in plot.curves)
    assert titles


def test_a_pause_is_told_while_the_process_lives(tmp_path):
    writer = write(tmp_path / "run", status=None, **{BENCH: SAFE | {"condition": "held"}})
    (run,) = look(tmp_path).going
    assert "held at" in run.bench.text
    assert run.bench.tone is Tone.GOOD
    writer.close()
    assert look(tmp_path).going[0].bench.tone is Tone.BAD


def test_what_an_earlier_end_said_does_not_count_for_a_run_that_goes_on(tmp_path):
    write(tmp_path / "run", status=Status.ABORTED, **{BENCH: SAFE | {"condition": "held"}})
    writer = RunWriter.resume(tmp_path / "run", {"primary": (Column("level"),)})
    (run,) = look(tmp_path).going
    assert "driving" in run.bench.text
    writer.close()


def test_a_bench_is_shown_as_the_run_left_it_that_was_closed_last(tmp_path):
    write(tmp_path / "a", setup="bench", **{BENCH: SAFE})
    write(tmp_path / "b", setup="bench", status=Status.FAILED)
    ((setup, left),) = look(tmp_path).left
    assert setup == "bench"
    assert left.tone is Tone.BAD  # the run does not say how it left the bench
    os.utime(tmp_path / "a" / "zarr.json")  # the first one went on and was closed again
    assert look(tmp_path).left[0][1].tone is Tone.GOOD
    writer = write(tmp_path / "c", setup="bench", status=None)
    assert look(tmp_path).left == ()
    writer.close()


def test_ended_runs_with_their_reasons_newest_first(tmp_path):
    write(tmp_path / "a", status=Status.FAILED)
    write(tmp_path / "sub" / "b", rows=5)
    seen = look(tmp_path)
    assert [(run.name, run.status, run.rows, run.reason) for run in seen.newest] == [
        ("sub/b", "complete", 5, ""),
        ("a", "failed", 3, "the lead fell off"),
    ]
    assert seen.going == ()
    assert seen.total == 2


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege")
def test_links_out_of_the_folder_are_not_followed(tmp_path):
    write(tmp_path / "outside" / "secret")
    folder = tmp_path / "folder"
    write(folder / "own")
    (folder / "linked").symlink_to(tmp_path / "outside" / "secret")
    (folder / "room").symlink_to(tmp_path / "outside")
    write(folder / "mixed")
    zarr_json = folder / "mixed" / "primary" / "zarr.json"
    zarr_json.unlink()
    zarr_json.symlink_to(tmp_path / "outside" / "secret" / "primary" / "zarr.json")
    seen = look(folder)
    assert [run.name for run in seen.newest] == ["own"]
    assert seen.refused == 3
    assert "secret" not in str(seen.to_json())


def test_damaged_runs_do_not_hide_the_others(tmp_path):
    write(tmp_path / "good")
    write(tmp_path / "torn")
    (tmp_path / "torn" / "primary" / "zarr.json").write_text("{")
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "zarr.json").write_text(
        '{"attributes": {"schema": "nado-run/1", "status": "running"}}'
    )
    seen = look(tmp_path)
    assert {run.name for run in seen.newest} == {"good", "torn", "none"}
    assert seen.going[0].rows == 0


def test_a_total_that_is_no_number_is_not_believed(tmp_path):
    writer = write(tmp_path / "run", status=None, **{EXPECTED: "many"})
    (run,) = look(tmp_path).going
    assert (run.total, run.share, run.left_s) == (0, None, None)
    writer.close()


def test_an_empty_folder(tmp_path):
    seen = look(tmp_path)
    assert (seen.going, seen.newest, seen.plots, seen.plotted) == ((), (), (), "")
