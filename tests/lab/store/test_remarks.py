"""Remarks and tags: kept with a closed run, which stays whole; one writer at a time."""

import pytest
from nado_lab.lab.store import (
    Labels,
    Run,
    RunMetadata,
    RunWriter,
    Status,
    StoreError,
    find_runs,
    hide_run,
    remark,
    tag,
    tags_in,
    title_run,
    verify,
)
from nado_lab.lab.store.metadata import ParameterRecord, ProtocolRecord
from nado_lab.lab.store.ownership import run_ownership
from nado_lab.protocols import Column

from tests.lab.store.small_run import small_run


def test_remarks_and_tags_are_kept_and_the_run_stays_whole(tmp_path):
    path = small_run(tmp_path / "run")
    before = Run.open(path).metadata
    remark(path, "  magnet was warm ", "ada")
    remark(path, "second")
    assert tag(path, ["good", "ice"]) == ["good", "ice"]
    assert tag(path, ["cold"], ["ice"]) == ["good", "cold"]
    run = Run.open(path)
    assert [each["text"] for each in run.metadata.notes["remarks"]] == ["magnet was warm", "second"]
    assert run.metadata.notes["remarks"][0]["by"] == "ada"
    assert all(check.passed for check in verify(path))
    assert run.metadata.checksums == before.checksums
    assert (run.status, run.metadata.run_id) == (before.status, before.run_id)
    assert [each.path for each in find_runs(tmp_path, tag="cold")] == [str(path)]
    assert find_runs(tmp_path, tag="ice") == []
    assert find_runs(tmp_path)[0].tags == ("good", "cold")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda path: tag(path, ["two words"]), "a tag is a word"),
        (lambda path: tag(path, [""]), "a tag is a word"),
        (lambda path: tag(path, (), ["gone"]), "has no tag 'gone'; it has none"),
        (lambda path: remark(path, "  "), "a remark needs words"),
    ],
)
def test_what_is_no_remark_is_refused(tmp_path, change, said):
    with pytest.raises(StoreError, match=said):
        change(small_run(tmp_path / "run"))


def test_a_run_that_is_being_written_is_left_alone(tmp_path):
    path = small_run(tmp_path / "run")
    owner = run_ownership(path).take()
    with pytest.raises(StoreError, match="in use by"):
        tag(path, ["good"])
    owner.release()


def test_what_is_said_before_is_found_in_the_index_and_changed_after(tmp_path):
    labels = Labels("first", remark="300 K", tags=("cold", "cold"))
    protocol = ProtocolRecord(name="repeats", parameters={"steps": ParameterRecord(value=8, units="1")})
    metadata = RunMetadata(protocol=protocol, notes=labels.notes("ada"))
    RunWriter.create(tmp_path / "run", metadata, {"primary": [Column("x")]}).finalise(Status.COMPLETE)
    (entry,) = find_runs(tmp_path)
    assert (entry.title, entry.remarks, entry.tags) == ("first", ("300 K",), ("cold",))
    assert (entry.hidden, entry.parameters) == (False, {"steps": 8})
    title_run(tmp_path / "run", "the good one")
    hide_run(tmp_path / "run")
    (entry,) = find_runs(tmp_path)
    assert (entry.title, entry.hidden, entry.tags) == ("the good one", True, ("cold",))
    assert all(check.passed for check in verify(tmp_path / "run"))


def test_a_line_of_tags_is_taken_apart():
    assert tags_in(" cold, thick ,,cold ice") == ("cold", "thick", "ice")
    with pytest.raises(StoreError, match="a tag is a word"):
        Labels(tags=("a,b",))
