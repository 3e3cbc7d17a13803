"""Runs at URLs: the same promises on an object store, here in memory and on a local S3 server."""

import sys
import uuid

import numpy as np
import pytest
import xarray as xr
from fsspec.registry import _registry as REGISTRY
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs import run_protocol
from nado_lab.lab.store import Run, RunMetadata, RunWriter, Status, StoreError, load_trials, repair, verify
from nado_lab.protocols import Characterise, Column, configure

from tests.protocols.fake_device import FakeDevice

COLUMNS = (Column("x", ("step",), (3,), units="V"), Column("note", dtype="string"))


@pytest.fixture(scope="module")
def s3():
    """Start an S3-compatible server in this process; give a bucket."""
    server_module = pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    server = server_module.ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        s3fs.S3FileSystem().mkdir("runs")
        yield "s3://runs"
    server.stop()


@pytest.fixture(params=["memory", "s3"])
def url(request):
    bucket = "memory://runs" if request.param == "memory" else request.getfixturevalue("s3")
    return f"{bucket}/{uuid.uuid4().hex}"


def row(number: int) -> dict:
    return {"x": np.arange(3.0) + number, "note": f"row {number}"}


def test_write_kill_resume_finalise_verify(url):
    writer = RunWriter.create(url, RunMetadata(), {"primary": COLUMNS})
    for number in range(4):
        writer.append("primary", row(number))
    writer.flush()
    writer.append("primary", row(99))
    writer.close()  # as a kill would: the row in memory is gone
    assert Run.open(url).status is Status.RUNNING
    assert Run.open(url).dataset()["note"].values.tolist() == [f"row {n}" for n in range(4)]
    writer = RunWriter.resume(url, {"primary": COLUMNS})
    writer.append("primary", row(4))
    writer.finalise(Status.COMPLETE)
    assert all(finding.passed for finding in verify(url))
    with xr.open_datatree(url, engine="zarr") as tree:
        assert np.array_equal(tree["primary"]["x"].values, [row(n)["x"] for n in range(5)])
        assert tree["primary"]["x"].attrs["units"] == "V"
    assert repair(url).files_removed == 0


def test_a_protocol_measures_into_a_url(url):
    procedure = Characterise()
    configure(procedure, {"sequences": 3, "steps": 2})
    run_protocol(procedure, FakeDevice(), url)
    assert load_trials(url).readout.shape == (3, 2, 2)


def test_what_exists_is_refused_and_what_does_not_is_named(url):
    RunWriter.create(url, RunMetadata(), {"primary": COLUMNS}).close()
    with pytest.raises(LabError, match="exists already; choose another"):
        RunWriter.create(url, RunMetadata(), {"primary": COLUMNS})
    with pytest.raises(StoreError, match="is not a run"):
        Run.open(f"{url}-absent")


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.delitem(REGISTRY, "s3", raising=False)  # what an earlier test imported
    for action in (Run.open, lambda url: RunWriter.create(url, RunMetadata(), {"primary": COLUMNS})):
        with pytest.raises(StoreError, match="for s3:// it is s3fs"):
            action("s3://nowhere/run")
