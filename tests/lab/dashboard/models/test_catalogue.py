import json

from nado_lab.lab.dashboard.models.catalogue import (
    Entry,
    EntryKind,
    describe,
    read_entry,
    scan,
    snippet,
)
from nado_lab.lab.dashboard.models.lineage import lineage
from nado_lab.lab.dashboard.models.search import search
from nado_lab.lab.store import RunMetadata, RunWriter, Status
from nado_lab.protocols import Column


def write_run(path, lineage_of=(), status=Status.COMPLETE):
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = RunMetadata(sample="S1", lineage=list(lineage_of))
    writer = RunWriter.create(path, metadata, {"primary": (Column("x"),)}, ())
    writer.append("primary", {"x": 1.0})
    writer.finalise(status, "")
    return metadata.run_id


def write_card(path, **card):
    path.mkdir(parents=True)
    (path / "card.json").write_text(json.dumps(card), encoding="utf-8")


def test_a_folder_is_read_with_what_came_from_what(tmp_path):
    run_id = write_run(tmp_path / "a.zarr")
    write_run(tmp_path / "alone.zarr")
    write_card(tmp_path / "t.twin", lineage=[run_id])
    write_card(tmp_path / "n.net", notes={"twins": [str(tmp_path / "t.twin")]})
    write_run(tmp_path / "deployed" / "layer0.zarr", ["n.net"])
    entries = scan(tmp_path)
    assert {e.name for e in entries} == {"a", "alone", "t", "n", "deployed/layer0"}
    nodes, arrows = lineage(entries, next(e for e in entries if e.name == "t"))
    named = {(nodes[i].name, nodes[j].name) for i, j in arrows}
    assert named == {("a", "t"), ("t", "n"), ("n", "deployed/layer0")}
    assert len(nodes) == 4


def test_search_takes_every_word(tmp_path):
    write_run(tmp_path / "first.zarr")
    entries = scan(tmp_path)
    assert search(entries, "s1 FIRST") == search(entries, "", EntryKind.RUN) == entries
    assert search(entries, "s1 second") == search(entries, "first", EntryKind.TWIN) == []


def test_what_cannot_be_read_is_a_row_that_says_so(tmp_path):
    (tmp_path / "broken.zarr").mkdir()
    write_card(tmp_path / "odd.twin")
    (tmp_path / "odd.twin" / "card.json").write_text("{", encoding="utf-8")
    found = {e.name: e.status for e in scan(tmp_path)}
    assert found == {"broken": "unreadable", "odd": "unreadable"}


def test_the_metadata_of_a_run_is_read_when_somebody_looks(tmp_path):
    run_id = write_run(tmp_path / "a.zarr")
    (entry,) = scan(tmp_path)
    assert entry.details == {}
    assert entry.rows == 1
    found = describe(entry)
    assert (found["run_id"], found["rows"]) == (run_id, {"primary": 1})


def test_of_a_run_with_many_children_some_are_drawn(tmp_path):
    parent = Entry(EntryKind.RUN, tmp_path / "a.zarr", "a", "id")
    names = [f"{n}.twin" for n in range(99)]
    children = [Entry(EntryKind.TWIN, tmp_path / name, name, name, made_from=("id",)) for name in names]
    nodes, arrows = lineage([parent, *children], parent, most=10)
    assert len(nodes) == 10
    assert arrows == [(0, n) for n in range(1, 10)]


def test_the_snippet_opens_the_run(tmp_path):
    write_run(tmp_path / "a.zarr")
    scope: dict = {}
    exec(snippet(read_entry(tmp_path / "a.zarr")), scope)  # noqa: S102 - it is made to be run
    assert scope["run"]["primary"].sizes["trial"] == 1


def test_short_names_leave_out_the_stamp(tmp_path):
    entry = Entry(EntryKind.RUN, tmp_path, "20260102-030405-007-characterise", "id")
    assert entry.short_name == "007-characterise"


def test_a_run_that_was_killed_is_told_from_one_that_runs(tmp_path):
    metadata = RunMetadata()
    writer = RunWriter.create(tmp_path / "a.zarr", metadata, {"primary": (Column("x"),)}, ())
    assert read_entry(tmp_path / "a.zarr").status == "running"
    writer.finalise(Status.RUNNING, "")
    assert read_entry(tmp_path / "a.zarr").status == "interrupted"
