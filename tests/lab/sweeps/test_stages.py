"""A worker's files are whole or not there, and the table holds what the rows hold."""

import csv
import json

import pytest

from lab.sweeps.stages import _once, measured
from lab.sweeps.table import write_table


def test_a_file_is_made_once(tmp_path):
    made = []

    def make(draft):
        made.append(draft)
        draft.mkdir()
        (draft / "content").write_text("whole")

    path = tmp_path / "twins" / "a.twin"
    assert _once(path, make) == _once(path, make) == path
    assert len(made) == 1
    assert (path / "content").read_text() == "whole"


def test_a_failure_leaves_nothing(tmp_path):
    def make(draft):
        draft.mkdir()
        raise RuntimeError("the worker ran out of luck")

    with pytest.raises(RuntimeError):
        _once(tmp_path / "a.twin", make)
    assert list(tmp_path.iterdir()) == []


def test_who_is_second_uses_what_the_first_made(tmp_path):
    path = tmp_path / "a.twin"

    def make(draft):
        draft.mkdir()
        path.mkdir()
        (path / "content").write_text("first")

    _once(path, make)
    assert (path / "content").read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_runs_that_exist_are_taken_as_they_are(tmp_path):
    assert measured({"runs": ["a.zarr", "b.zarr"]}, "key", str(tmp_path)) == ["a.zarr", "b.zarr"]
    assert list(tmp_path.iterdir()) == []


def test_both_tables_say_the_same(tmp_path):
    rows = [{"twin.seed": 0, "crps": 0.25, "run": ["a"]}, {"twin.seed": 1, "error": "TwinError: no"}]
    write_table(rows, tmp_path)
    lines = (tmp_path / "table.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == rows
    with (tmp_path / "table.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    assert read[0] == {"twin.seed": "0", "crps": "0.25", "run": '["a"]', "error": ""}
    assert read[1]["error"] == "TwinError: no"
