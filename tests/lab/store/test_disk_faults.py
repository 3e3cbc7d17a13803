"""A disk that is full, read-only or gone: a named error, and every committed row intact."""

import errno
import pathlib
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from nado_lab.lab.runs import run_protocol
from nado_lab.lab.store import Run, RunMetadata, RunWriter, Status, StoreError, repair, verify
from nado_lab.protocols import Characterise, Column, configure

from tests.protocols.fake_device import FakeDevice

COLUMNS = (Column("wave", ("sample",), (1000,)), Column("count", dtype="int64"))


def row(number: int) -> dict:
    return {"wave": np.full(1000, float(number)), "count": number}


def started(path) -> RunWriter:
    writer = RunWriter.create(path, RunMetadata(), {"primary": COLUMNS})
    for number in range(10):
        writer.append("primary", row(number))
    writer.flush()
    return writer


@pytest.fixture
def disk(monkeypatch):
    """Let every new file fail with `disk.fault`, if one is set."""

    class Disk:
        fault = 0

    opened = pathlib.Path.open

    def open_or_fail(self, mode="r", *rest, **options):
        if Disk.fault and "w" in mode:
            raise OSError(Disk.fault, "simulated")
        return opened(self, mode, *rest, **options)

    monkeypatch.setattr(pathlib.Path, "open", open_or_fail)
    return Disk


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EACCES, "writing there is not allowed"),
        (errno.EIO, "simulated"),
    ],
)
def test_a_failing_disk_is_named_and_committed_rows_stay(tmp_path, disk, fault, message):
    writer = started(tmp_path / "run")
    disk.fault = fault
    writer.append("primary", row(10))
    with pytest.raises(StoreError, match=message):
        writer.flush()
    disk.fault = 0
    assert Run.open(tmp_path / "run").dataset()["count"].values.tolist() == list(range(10))
    writer.finalise(Status.COMPLETE)
    assert Run.open(tmp_path / "run").dataset()["count"].values.tolist() == list(range(11))


def test_a_disk_full_to_the_end_leaves_a_run_that_repair_closes(tmp_path, disk):
    writer = started(tmp_path / "run")
    disk.fault = errno.ENOSPC
    writer.append("primary", row(10))
    with pytest.raises(StoreError, match="the disk is full"):
        writer.finalise(Status.COMPLETE)
    disk.fault = 0
    assert Run.open(tmp_path / "run").status is Status.RUNNING
    repair(tmp_path / "run")
    assert all(finding.passed for finding in verify(tmp_path / "run"))
    assert Run.open(tmp_path / "run").rows() == 10


def test_a_run_stops_with_safe_hardware_when_the_disk_fills(tmp_path, disk):
    def fill_up(trial):
        if trial == 3:
            disk.fault = errno.ENOSPC

    device = FakeDevice(on_trial=fill_up)
    procedure = Characterise()
    configure(procedure, {"sequences": 5, "steps": 3})
    with pytest.raises(StoreError, match="the disk is full"):
        run_protocol(procedure, device, tmp_path / "run")
    assert device.events == ["shutdown"]


def test_a_deleted_run_is_not_quietly_made_again(tmp_path):
    writer = started(tmp_path / "run")
    shutil.rmtree(tmp_path / "run")
    writer.append("primary", row(10))
    with pytest.raises(StoreError, match="deleted or unmounted"):
        writer.flush()
    with pytest.raises(StoreError, match="deleted or unmounted"):
        writer.finalise(Status.COMPLETE)
    assert not (tmp_path / "run").exists()


def test_a_clock_that_was_set_back(tmp_path):
    ahead = datetime.now(UTC) + timedelta(hours=2)
    writer = RunWriter.create(tmp_path / "run", RunMetadata(started=ahead), {"primary": COLUMNS})
    writer.append("primary", row(0))
    writer.finalise(Status.COMPLETE)
    run = Run.open(tmp_path / "run")
    assert run.metadata.ended >= run.metadata.started
    assert 0 <= run.dataset()["elapsed"].values[0] < 60


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a small tmpfs")
def test_a_small_disk_that_is_really_full(tmp_path):
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("may not mount a tmpfs here")
    columns = (Column("wave", ("sample",), (100_000,)),)
    writer = RunWriter.create(place / "run", RunMetadata(), {"primary": columns})

    def write_on():
        for number in range(20):
            writer.append("primary", {"wave": np.full(100_000, float(number))})
            writer.flush()

    try:
        with pytest.raises(StoreError, match="the disk is full"):
            write_on()
        with pytest.raises(StoreError, match="the disk is full"):
            writer.finalise(Status.COMPLETE)
        run = Run.open(place / "run")
        assert run.rows() > 0
        assert run.dataset()["wave"].values[:, 0].tolist() == list(range(run.rows()))
    finally:
        subprocess.run(["umount", str(place)], check=True)
