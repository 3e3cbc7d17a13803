"""A worker's files are whole or not there, and the table holds what the rows hold."""

import csv
import json
import math

import pytest
import xarray as xr
from nado_lab.lab.sweeps.config import Source
from nado_lab.lab.sweeps.stages import _once, measured
from nado_lab.lab.sweeps.table import write_table


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
    assert measured(Source(runs=("a.zarr", "b.zarr")), tmp_path / "key.zarr") == ["a.zarr", "b.zarr"]
    assert list(tmp_path.iterdir()) == []


def test_both_tables_say_the_same(tmp_path):
    rows = [{"twin.seed": 0, "crps": 0.25, "run": ["a"]}, {"twin.seed": 1, "error": "TwinError: no"}]
    for _ in range(2):  # a second time over the first
        write_table(rows, tmp_path, {"seed": 0})
    lines = (tmp_path / "table.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == rows
    with (tmp_path / "table.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    with xr.open_zarr(tmp_path / "table.zarr", consolidated=False) as table:
        assert table["crps"].values[0] == 0.25
        assert math.isnan(table["crps"].values[1])
        assert table["error"].values.tolist() == ["", "TwinError: no"]
        assert json.loads(table.attrs["sweep"]) == {"seed": 0}
    assert read[0] == {"twin.seed": "0", "crps": "0.25", "run": '["a"]', "error": ""}
    assert read[1]["error"] == "TwinError: no"


def test_parquet_too_where_pyarrow_is(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    write_table([{"twin.seed": 0, "crps": 0.25}, {"twin.seed": 1, "error": "lost"}], tmp_path)
    first, second = parquet.read_table(tmp_path / "table.parquet").to_pylist()
    assert (first["crps"], first["error"], second["error"]) == (0.25, "", "lost")
