"""A folder of runs: numbers stay, ids are found, changes are seen, the index can be lost."""

import json
import os
import sqlite3
import sys
import time
from contextlib import closing

import pytest
from nado_lab.lab.store import Catalogue, RunMetadata, RunWriter, Status, StoreError, locate
from nado_lab.lab.store.catalogue import INDEX
from nado_lab.lab.store.metadata import SCHEMA
from nado_lab.protocols import Column


def make(path, rows=1, status=Status.COMPLETE) -> str:
    writer = RunWriter.create(path, RunMetadata(sample="S1"), {"primary": [Column("x")]})
    for _ in range(rows):
        writer.append("primary", {"x": 1.0})
    writer.finalise(status)
    return writer.metadata.run_id


def test_numbers_stay_while_runs_come_go_and_grow(tmp_path):
    first, second = make(tmp_path / "b"), make(tmp_path / "deep" / "a", rows=2)
    catalogue = Catalogue(tmp_path)
    assert [(line.number, line.rows) for line in catalogue.entries()] == [(1, 1), (2, 2)]
    third = make(tmp_path / "c")
    writer = RunWriter.resume(tmp_path / "b", {"primary": [Column("x")]})
    writer.append("primary", {"x": 2.0})
    writer.finalise(Status.ABORTED)
    lines = catalogue.entries()
    assert [(line.number, line.run_id) for line in lines] == [(1, first), (2, second), (3, third)]
    assert (lines[0].rows, lines[0].status) == (2, "aborted")
    assert [line.run_id for line in catalogue.entries(status="aborted")] == [first]


def test_a_lost_index_is_built_again(tmp_path):
    ids = [make(tmp_path / name) for name in ("x", "y")]
    before = Catalogue(tmp_path).entries()
    (tmp_path / INDEX).unlink()
    assert Catalogue(tmp_path).entries() == before
    (tmp_path / INDEX).write_text("not a database, and long enough to be looked at " * 40)
    assert [line.run_id for line in Catalogue(tmp_path).entries()] == ids


def test_an_index_that_cannot_be_read_is_not_left_open(tmp_path, monkeypatch):
    make(tmp_path / "x")
    (tmp_path / INDEX).write_text("not a database, and long enough to be looked at " * 40)
    opened, connect = [], sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: opened.append(connect(*a, **k)) or opened[-1])
    Catalogue(tmp_path).entries()
    assert len(opened) == 2
    for index in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            index.execute("select 1")


def test_an_index_of_an_older_version_is_widened_and_numbers_stay(tmp_path):
    make(tmp_path / "b"), make(tmp_path / "a")
    before = Catalogue(tmp_path).entries()
    with closing(sqlite3.connect(tmp_path / INDEX)) as index, index:
        index.execute("alter table runs drop column lineage")
        index.execute("update runs set number = number + 10")
    after = Catalogue(tmp_path).entries()
    assert [(line.number - 10, line.lineage) for line in after] == [(b.number, ()) for b in before]


def test_a_run_is_found_by_number_id_or_path(tmp_path):
    run_id = make(tmp_path / "x")
    for reference in ("1", "#1", run_id, run_id[:20]):
        assert locate(reference, tmp_path) == str(tmp_path / "x")
    assert locate(str(tmp_path / "x")) == str(tmp_path / "x")
    with pytest.raises(StoreError, match="no run fits '7'"):
        locate("7", tmp_path)


def test_other_zarr_stores_and_files_are_passed_over(tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "zarr.json").write_text(json.dumps({"attributes": {"schema": "else"}}))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "zarr.json").write_text("{")
    assert Catalogue(tmp_path).entries() == []


def test_ten_thousand_runs_are_listed_within_a_second(tmp_path):
    for number in range(10_000):
        root = tmp_path / f"day{number // 100}" / f"run{number}"
        (root / "primary").mkdir(parents=True)
        attributes = {"schema": SCHEMA, "run_id": f"id{number:05d}", "started": f"2026-{number:05d}"}
        (root / "zarr.json").write_text(json.dumps({"attributes": attributes}))
        (root / "primary" / "zarr.json").write_text('{"attributes": {"rows_committed": 3}}')
    catalogue = Catalogue(tmp_path)
    assert len(catalogue.entries()) == 10_000
    spent = time.process_time()
    lines = catalogue.entries()
    assert time.process_time() - spent < 1.0
    assert lines[-1].run_id == "id09999"


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="their file systems hold text only")
def test_a_folder_whose_name_is_no_text_keeps_no_other_run_from_the_list(tmp_path, caplog):
    make(tmp_path / "b")
    make(tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / "a\udcff")
    with caplog.at_level("WARNING"):
        (line,) = Catalogue(tmp_path).entries()
    assert line.path.endswith("b")
    assert r"a\udcff: its name is no UTF-8" in caplog.text


def test_text_of_another_encoding_and_ids_that_are_paths_are_written_out():
    known = RunMetadata(run_id="../../etc\n", operator="J\udcf6rg", sample="\u2126")
    assert (known.run_id, known.operator, known.sample) == (".._.._etc_", "J\\udcf6rg", "\u2126")
