"""Closing a run: shards that equal the live chunks, and no instant at which a kill would cost a row."""

import numpy as np
import pytest
import xarray as xr
import zarr
from nado_lab.lab.store import Run, RunMetadata, RunWriter, Status, StoreError, repair, verify
from nado_lab.lab.store.pack import digest
from nado_lab.protocols import Column

COLUMNS = (
    Column("wave", ("sample",), (40_000,), units="V"),
    Column("note", dtype="string"),
    Column("count", dtype="int64"),
)
ROWS = 30


def row(number: int) -> dict:
    wave = np.random.default_rng(number).normal(size=40_000)
    return {"wave": wave, "note": f"row {number}", "count": number}


def filled(path) -> RunWriter:
    writer = RunWriter.create(path, RunMetadata(), {"primary": COLUMNS})
    for number in range(ROWS):
        writer.append("primary", row(number))
    writer.flush()
    return writer


def assert_whole(path):
    data = Run.open(path).dataset()
    assert data.sizes["trial"] == ROWS
    for number in range(ROWS):
        assert np.array_equal(data["wave"].values[number], row(number)["wave"])
    assert data["note"].values.tolist() == [f"row {number}" for number in range(ROWS)]


def files(path) -> list[str]:
    return sorted(file.name for file in (path / "primary" / "wave").rglob("*") if file.is_file())


def test_packed_run_has_one_shard_equal_numbers_and_checksums(tmp_path):
    writer = filled(tmp_path / "run")
    assert len(files(tmp_path / "run")) == 11
    writer.finalise(Status.COMPLETE)
    assert files(tmp_path / "run") == ["c.0.0", "zarr.json"]
    assert zarr.open_array(str(tmp_path / "run"), path="primary/wave").shards == (30, 40_000)
    assert_whole(tmp_path / "run")
    assert set(Run.open(tmp_path / "run").metadata.checksums) == {
        f"primary/{name}" for name in ("wave", "note", "count", "trial", "elapsed")
    }
    assert all(finding.passed for finding in verify(tmp_path / "run"))
    with xr.open_datatree(tmp_path / "run", engine="zarr") as tree:
        assert tree["primary"]["wave"].attrs["units"] == "V"


@pytest.mark.parametrize("instant", ["before the switch", "before the sweep"])
def test_a_kill_while_packing_costs_nothing(tmp_path, monkeypatch, instant):
    class Killed(BaseException):
        pass

    writer, read_back = filled(tmp_path / "run"), []

    def kill_at_the_second_digest(array, rows):
        read_back.append(array)
        if len(read_back) == 2:
            raise Killed
        return digest(array, rows)

    def kill(_):
        raise Killed

    with monkeypatch.context() as patch:
        if instant == "before the switch":
            patch.setattr("nado_lab.lab.store.pack.digest", kill_at_the_second_digest)
        else:
            patch.setattr("nado_lab.lab.store.pack.sweep", kill)
        with pytest.raises(Killed):
            writer.finalise(Status.COMPLETE)
    assert_whole(tmp_path / "run")
    report = repair(tmp_path / "run")
    assert report.status == "complete"
    assert files(tmp_path / "run") == ["c.0.0", "zarr.json"]
    assert_whole(tmp_path / "run")
    assert all(finding.passed for finding in verify(tmp_path / "run"))


def test_shards_that_do_not_read_back_leave_the_live_copy(tmp_path, monkeypatch):
    writer = filled(tmp_path / "run")
    digests = iter(["one", "another"])
    monkeypatch.setattr("nado_lab.lab.store.pack.digest", lambda array, rows: next(digests))
    with pytest.raises(StoreError, match="live copy is kept"):
        writer.finalise(Status.COMPLETE)
    assert_whole(tmp_path / "run")


def test_a_packed_run_can_be_resumed_and_packed_again(tmp_path):
    filled(tmp_path / "run").finalise(Status.ABORTED)
    writer = RunWriter.resume(tmp_path / "run", {"primary": COLUMNS})
    writer.append("primary", row(ROWS))
    writer.finalise(Status.COMPLETE)
    data = Run.open(tmp_path / "run").dataset()
    assert np.array_equal(data["wave"].values[ROWS], row(ROWS)["wave"])
    assert all(finding.passed for finding in verify(tmp_path / "run"))


def test_repair_closes_a_killed_run_and_cleans_up(tmp_path):
    writer = filled(tmp_path / "run")
    writer.close()
    array = zarr.open_array(str(tmp_path / "run"), path="primary/count")
    array.resize((ROWS + 3,))
    (tmp_path / ".run.12345678.new").mkdir()
    report = repair(tmp_path / "run")
    assert (report.status, report.rows_cut) == ("aborted", {"primary": 3})
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert_whole(tmp_path / "run")
    assert "repaired" in Run.open(tmp_path / "run").metadata.reason
