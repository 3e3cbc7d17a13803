"""The run store: what a reader sees of finished, live and torn runs."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest
import xarray as xr
import zarr
from nado_lab.lab.errors import LabError
from nado_lab.lab.store import Run, RunMetadata, RunWriter, Status, StoreError, repair
from nado_lab.protocols import Column, Coordinate

COLUMNS = (
    Column("sequence", dtype="int64", is_coordinate=True),
    Column("drive", ("step", "port"), (3, 1)),
    Column("readout", ("step", "channel"), (3, 2), units="V"),
)
LABELS = (
    Coordinate("channel", ("h0", "h1")),
    Coordinate("frequency", (1e9, 2e9), units="Hz", dim="channel"),
    Coordinate("node", (0, 1)),
)
MONITOR = (Column("temperature", units="K"), Column("message", dtype="string"))


def row(number: int) -> dict:
    return {
        "sequence": number // 2,
        "drive": np.full((3, 1), number / 100),
        "readout": np.full((3, 2), float(number)),
    }


def create(path, rows: int = 0) -> RunWriter:
    writer = RunWriter.create(path, RunMetadata(), {"primary": COLUMNS, "monitor": MONITOR}, LABELS)
    for number in range(rows):
        writer.append("primary", row(number))
    return writer


def tear(path, name: str, rows: int) -> None:
    """Grow one array past the committed rows, as a kill between two writes does."""
    array = zarr.open_array(str(path), path=f"primary/{name}")
    array.resize((rows, *array.shape[1:]))
    array[-1] = 7


def test_finished_run_opens_in_xarray_with_dims_coordinates_and_units(tmp_path):
    writer = create(tmp_path / "run", rows=5)
    writer.append("monitor", {"temperature": 295.0, "message": "door open"})
    writer.finalise(Status.COMPLETE)
    with xr.open_datatree(tmp_path / "run", engine="zarr") as tree:
        primary = tree["primary"]
        assert primary["readout"].dims == ("trial", "step", "channel")
        assert primary["readout"].attrs["units"] == "V"
        assert list(primary["channel"].values) == ["h0", "h1"]
        assert primary["frequency"].attrs["units"] == "Hz"
        assert set(primary.coords) == {"trial", "elapsed", "sequence", "channel", "frequency"}
        assert primary["readout"].values[:, 0, 0].tolist() == [0, 1, 2, 3, 4]
        assert tree["monitor"]["message"].values.tolist() == ["door open"]
        assert tree.attrs["status"] == "complete"
    assert xr.open_zarr(tmp_path / "run", group="primary").sizes["trial"] == 5


def test_rows_in_memory_are_not_seen_until_flushed(tmp_path):
    writer = create(tmp_path / "run")
    writer._stop_ticking.set()
    for number in range(3):
        writer.append("primary", row(number))
    assert Run.open(tmp_path / "run").rows() == 0
    writer.flush()
    assert Run.open(tmp_path / "run").rows() == 3


def test_a_reader_that_meets_another_process_in_mid_commit_looks_again(tmp_path, monkeypatch):
    writer = create(tmp_path / "run", rows=4)
    writer.flush()
    opened, looks = xr.open_zarr, []

    def grown_meanwhile(*given, **options):
        looks.append(1)
        if len(looks) == 1:
            for number in range(4, 9):
                writer.append("primary", row(number))
            writer.flush()
            tear(tmp_path / "run", "sequence", 12)
        return opened(*given, **options)

    monkeypatch.setattr(xr, "open_zarr", grown_meanwhile)
    found = Run.open(tmp_path / "run").dataset()
    assert found["readout"].values[:, 0, 0].tolist() == list(range(9))
    writer.finalise(Status.COMPLETE)


def test_rows_of_a_run_that_is_closed_while_they_are_read_are_read_again(tmp_path, monkeypatch):
    writer = create(tmp_path / "run", rows=9)
    writer.flush()
    opened, looks = xr.open_zarr, []

    def then_closed(*given, **options):
        found = opened(*given, **options)
        looks.append(1)
        if len(looks) == 1:
            writer.finalise(Status.COMPLETE)
        return found

    monkeypatch.setattr(xr, "open_zarr", then_closed)
    found = Run.open(tmp_path / "run").load(first=2, last=7)
    assert found["readout"].values[:, 0, 0].tolist() == list(range(2, 7))


def test_a_row_is_written_within_about_a_second_though_nothing_follows(tmp_path):
    writer = create(tmp_path / "run", rows=1)
    end = time.monotonic() + 10
    while Run.open(tmp_path / "run").rows() == 0 and time.monotonic() < end:
        time.sleep(0.05)
    assert Run.open(tmp_path / "run").rows() == 1
    writer.close()


def test_two_writers_of_one_run_are_refused(tmp_path):
    first = create(tmp_path / "run", rows=2)
    with pytest.raises(StoreError, match=f"in use by process {os.getpid()}"):
        RunWriter.resume(tmp_path / "run", {"primary": COLUMNS, "monitor": MONITOR})
    with pytest.raises(StoreError, match="in use"):
        repair(tmp_path / "run")
    first.finalise(Status.COMPLETE)
    RunWriter.resume(tmp_path / "run", {"primary": COLUMNS, "monitor": MONITOR}).close()


def test_resume_by_another_protocol_is_refused(tmp_path):
    create(tmp_path / "run", rows=2).finalise(Status.ABORTED)
    other = (*COLUMNS[:2], Column("readout", ("step", "channel"), (3, 5)))
    with pytest.raises(StoreError, match="another protocol"):
        RunWriter.resume(tmp_path / "run", {"primary": other})
    RunWriter.resume(tmp_path / "run", {"primary": COLUMNS}).close()


def test_torn_block_is_invisible_and_resume_cuts_it_off(tmp_path):
    killed = create(tmp_path / "run", rows=4)
    killed.flush()
    killed.close()
    tear(tmp_path / "run", "drive", 6)
    run = Run.open(tmp_path / "run")
    assert run.status is Status.RUNNING
    assert run.dataset().sizes["trial"] == 4
    writer = RunWriter.resume(tmp_path / "run", {"primary": COLUMNS, "monitor": MONITOR})
    for number in range(writer.rows(), 6):
        writer.append("primary", row(number))
    writer.finalise(Status.COMPLETE)
    data = xr.open_datatree(tmp_path / "run", engine="zarr")["primary"]
    assert data["readout"].values[:, 0, 0].tolist() == list(range(6))
    assert data["trial"].values.tolist() == list(range(6))
    assert np.all(np.diff(data["elapsed"].values) >= 0)


@pytest.mark.parametrize("mend", [repair, lambda path: RunWriter.resume(path, {"primary": COLUMNS}).close()])
def test_a_file_that_a_kill_left_half_written_is_swept_away(mend, tmp_path):
    killed = create(tmp_path / "run", rows=4)
    killed.flush()
    killed.close()
    left = [tmp_path / "run" / place / "zarr.3c8a7464.partial" for place in ("", "primary", "primary/drive")]
    for file in left:
        file.write_bytes(b"{")
    mend(tmp_path / "run")
    assert not any(file.exists() for file in left)
    assert Run.open(tmp_path / "run").rows() == 4


def test_a_reader_says_nothing_of_a_file_that_is_just_being_written(tmp_path):
    writer = create(tmp_path / "run", rows=4)
    writer.flush()
    writer.close()
    (tmp_path / "run" / "primary" / "zarr.3c8a7464.partial").write_bytes(b"{")
    read_it = "print(Run.open(sys.argv[1]).dataset().sizes['trial'])"
    code = f"import sys; from nado_lab.lab.store import Run; {read_it}"
    read = [sys.executable, "-c", code, str(tmp_path / "run")]
    done = subprocess.run(read, capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("4", "")


@pytest.mark.filterwarnings("ignore:Failed to open Zarr store with consolidated")
def test_resume_after_finalise_leaves_no_stale_consolidated_metadata(tmp_path):
    create(tmp_path / "run", rows=2).finalise(Status.ABORTED, "Ctrl-C")
    writer = RunWriter.resume(tmp_path / "run", {"primary": COLUMNS, "monitor": MONITOR})
    writer.append("primary", row(2))
    writer.flush()
    assert xr.open_zarr(tmp_path / "run", group="primary").sizes["trial"] == 3


def test_blocks_and_rows_mix_in_order(tmp_path):
    writer = create(tmp_path / "run", rows=1)
    rows = [row(1), row(2)]
    writer.append_block("primary", {name: np.stack([r[name] for r in rows]) for name in rows[0]})
    writer.finalise(Status.COMPLETE)
    assert Run.open(tmp_path / "run").dataset()["readout"].values[:, 0, 0].tolist() == [0, 1, 2]


def test_emitter_may_reuse_its_array(tmp_path):
    writer = create(tmp_path / "run")
    same = row(0)
    for number in range(3):
        same["readout"][:] = number
        writer.append("primary", same)
    writer.finalise(Status.COMPLETE)
    assert Run.open(tmp_path / "run").dataset()["readout"].values[:, 0, 0].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"readout": np.zeros((2, 2))}, r"declared with shape \(3, 2\)"),
        ({"extra": 1}, "not declared: \\['extra'\\]"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(tmp_path, change, message):
    writer = create(tmp_path / "run")
    with pytest.raises(StoreError, match=message):
        writer.append("primary", {**row(0), **change})


def test_an_existing_path_is_refused_and_left_alone(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").write_text("mine")
    with pytest.raises(LabError, match="exists already; choose another"):
        create(tmp_path / "run")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["thesis.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_what_is_not_a_run_gives_one_line(tmp_path):
    (tmp_path / "file").write_text("hello")
    (tmp_path / "folder").mkdir()
    zarr.create_group(str(tmp_path / "other"), attributes={"schema": "else"})
    for name in ("file", "folder", "other", "absent"):
        with pytest.raises(StoreError) as caught:
            Run.open(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_metadata_round_trip(tmp_path):
    create(tmp_path / "run").finalise(Status.FAILED, "lost the generator", "Traceback ...")
    metadata = Run.open(tmp_path / "run").metadata
    assert (metadata.status, metadata.reason) == (Status.FAILED, "lost the generator")
    assert metadata.ended is not None
    assert metadata.ended >= metadata.started
