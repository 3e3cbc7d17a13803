"""`nado runs`: list, show, verify."""

import json
import re

import pytest
import zarr
from nado_lab.lab.cli import runs
from nado_lab.lab.runs import run_protocol
from nado_lab.lab.store import StoreError
from nado_lab.protocols import Characterise, ProtocolError, configure

from tests.lab.cli.command_line import call
from tests.protocols.fake_device import FakeDevice


@pytest.fixture
def run(tmp_path):
    procedure = Characterise()
    configure(procedure, {"sequences": 3, "steps": 2})
    return run_protocol(procedure, FakeDevice(), tmp_path / "a" / "run", operator="ada")


def test_list_finds_runs_below_a_folder(run, tmp_path):
    listed = json.loads(call(runs, "runs", "list", tmp_path, "--json").stdout)
    assert [(line["path"], line["rows"], line["status"]) for line in listed] == [(str(run), 3, "complete")]


def test_a_condition_that_is_none_names_its_option(tmp_path):
    done = call(runs, "runs", "list", tmp_path, "--where", "failed")
    assert str(done.exception) == "--where 'failed': expected name=value, for example --where status=failed"


def test_show_gives_metadata_and_columns(run):
    shown = json.loads(call(runs, "runs", "show", run, "--json").stdout)
    assert shown["operator"] == "ada"
    assert shown["streams"]["primary"]["columns"]["readout"]["units"] == "V"
    told = call(runs, "runs", "show", run).stdout
    assert "characterise" in told
    assert "bench as it was left" in told
    assert shown["notes"]["bench"]["condition"] == "safe"


def test_verify_passes_a_whole_run(run):
    done = call(runs, "runs", "verify", run, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["passed"]


def test_verify_finds_a_damaged_chunk(run):
    next((run / "primary" / "readout").glob("c.*")).write_bytes(b"x")
    done = call(runs, "runs", "verify", run, "--json")
    assert done.exit_code == 1
    wrong = [f["detail"] for f in json.loads(done.stdout)["findings"] if not f["passed"]]
    assert len(wrong) == 1
    assert "readout cannot be read" in wrong[0]


def test_verify_finds_a_changed_number(run):
    array = zarr.open_array(str(run), path="primary/readout")
    array[1, 0, 0] = 7.0
    done = call(runs, "runs", "verify", run, "--json")
    assert "readout is not what was written" in done.stdout


def test_verify_finds_a_torn_tail(run):
    array = zarr.open_array(str(run), path="primary/drive")
    array.resize((5, *array.shape[1:]))
    done = call(runs, "runs", "verify", run)
    assert done.exit_code == 1
    assert "torn tail" in done.stdout


def test_what_is_not_a_run_is_one_line(tmp_path):
    done = call(runs, "runs", "show", tmp_path)
    assert isinstance(done.exception, StoreError)
    assert "is not a run" in str(done.exception)


def test_metrics_of_short_trials_are_refused_in_one_line(run):
    done = call(runs, "runs", "metrics", run)
    assert isinstance(done.exception, ProtocolError)
    assert "\n" not in str(done.exception)


def test_metrics_are_printed_with_digits_that_mean_something(tmp_path):
    procedure = Characterise()
    configure(procedure, {"sequences": 4, "steps": 30})
    measured = run_protocol(procedure, FakeDevice(), tmp_path / "long")
    shown = call(runs, "runs", "metrics", measured, "--lags", 3)
    assert shown.exit_code == 0, shown.output
    assert "memory_capacity" in shown.stdout
    assert max(map(len, re.findall(r"\d+", shown.stdout))) <= 6
