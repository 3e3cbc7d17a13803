"""`nado runs diff`, `plot`, `note`, `tag`, `rm`."""

import json

import pytest
from nado_lab.lab.cli import runs

from tests.lab.cli.command_line import call
from tests.lab.store.small_run import small_run


@pytest.fixture
def run(tmp_path):
    return small_run(tmp_path / "run", steps=3)


def test_diff_tells_parameters_and_numbers(run, tmp_path):
    other = small_run(tmp_path / "other", offset=1.0, steps=4)
    told = call(runs, "runs", "diff", run, other).stdout
    assert "protocol.parameters.steps.value" in told
    found = json.loads(call(runs, "runs", "diff", run, other, "--json").stdout)
    assert found["columns"][0]["largest"] == 1.0


def test_plot_writes_pictures(tmp_path):
    from tests.lab.cli.test_runs import Characterise, FakeDevice, configure, run_protocol

    procedure = Characterise()
    configure(procedure, {"sequences": 1, "repeats": 3, "steps": 4})
    measured = run_protocol(procedure, FakeDevice(), tmp_path / "run")
    drawn = json.loads(call(runs, "runs", "plot", measured, "--out", tmp_path / "a.png", "--json").stdout)
    assert [name.rpartition("/")[2] for name in drawn["pictures"]][:2] == ["a.png", "a-2.png"]
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert ".png, .pdf or .svg" in str(
        call(runs, "runs", "plot", measured, "-o", tmp_path / "a.bmp").exception
    )
    assert "exists already" in str(call(runs, "runs", "plot", measured, "-o", tmp_path / "a.png").exception)


def test_remarks_and_tags_are_written_and_read(run, tmp_path):
    call(runs, "runs", "note", run, "magnet was warm", "--by", "ada")
    assert "ada: magnet was warm" in call(runs, "runs", "note", run).stdout
    assert call(runs, "runs", "tag", run, "good", "cold").stdout.split() == ["good", "cold"]
    assert call(runs, "runs", "tag", run, "--remove", "cold").stdout.split() == ["good"]
    listed = json.loads(call(runs, "runs", "list", tmp_path, "--where", "tag=good", "--json").stdout)
    assert [each["tags"] for each in listed] == [["good"]]


def test_rm_takes_all_or_none(run, tmp_path):
    done = call(runs, "runs", "rm", run, tmp_path / "none")
    assert done.exception
    assert run.exists()
    assert call(runs, "runs", "rm", run).exit_code == 0
    assert not run.exists()
    assert len(list((tmp_path / ".nado-trash").iterdir())) == 1
