"""Stores that were damaged: named by file, mended as far as they can be read, never made worse."""

import json
import shutil
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nado_lab.lab.errors import LabError
from nado_lab.lab.store import Run, RunMetadata, RunWriter, Status, find_runs, repair, summarise, verify
from nado_lab.protocols import Column, Coordinate

COLUMNS = (
    Column("u", units="V"),
    Column("n", dtype="int64"),
    Column("note", dtype="string"),
    Column("trace", ("k",), (2,)),
)
ROWS = 7


def fill(path, *, closed: bool):
    writer = RunWriter.create(path, RunMetadata(), {"primary": COLUMNS}, [Coordinate("k", ("a", "b"))])
    for number in range(ROWS):
        writer.append("primary", {"u": number / 8, "n": number, "note": f"n{number}", "trace": [number, 1]})
    writer.flush()
    if closed:
        writer.finalise(Status.COMPLETE)
    writer.close()


@pytest.fixture(params=[True, False], ids=["closed", "killed"])
def run(tmp_path, request):
    fill(tmp_path / "run", closed=request.param)
    return tmp_path / "run"


def edit(file, change):
    found = json.loads(file.read_text())
    change(found)
    file.write_text(json.dumps(found))


def chunk_of(column):
    return next(file for file in column.rglob("*") if file.is_file() and file.name != "zarr.json")


def faults(path) -> str:
    wrong = [check for check in verify(path) if not check.passed and check.what != "status"]
    return "; ".join(f"{check.what}: {check.detail}" for check in wrong)


@pytest.mark.parametrize(
    "value", [None, -1, "seven", 2.5, 10**15, 3], ids=["gone", "negative", "text", "half", "huge", "less"]
)
def test_a_lost_count_of_rows_is_found_again(run, value):
    edit(run / "primary/zarr.json", lambda found: found["attributes"].update(rows_committed=value))
    assert "primary" in faults(run)
    if value == 3 and Run.open(run).status is Status.RUNNING:
        return  # rows behind the count of a killed run were never committed
    repair(run)
    assert Run.open(run).load()["u"].values.tolist() == [number / 8 for number in range(ROWS)]
    assert not faults(run)


@pytest.mark.parametrize("content", [b"", b"\0", None], ids=["emptied", "cut", "gone"])
def test_a_damaged_chunk_costs_its_own_rows_only(run, content):
    chunk = chunk_of(run / "primary/u")
    if content is None:
        chunk.unlink()
    else:
        chunk.write_bytes(content)
    done = repair(run)
    data = Run.open(run).load()
    assert data["n"].values.tolist() == list(range(ROWS))
    assert data["trace"].values.shape == (ROWS, 2)
    assert np.isnan(data["u"].values).all()
    if content is not None:
        assert "primary/u" in " ".join(done.said)
    if content:
        assert (run.parent / "run.damaged/primary/u" / chunk.relative_to(run / "primary/u")).exists()


def test_a_column_without_its_description_is_kept_beside_the_run(run):
    (run / "primary/u/zarr.json").write_text("")
    assert "primary/u/zarr.json" in faults(run)
    with pytest.raises(LabError, match="damaged"):
        Run.open(run).load()
    done = repair(run)
    assert "primary/u/zarr.json" in done.said[0]
    assert list(Run.open(run).load().data_vars) == ["n", "note", "trace"]
    assert (run.parent / "run.damaged/primary/u").is_dir()


def test_a_stream_without_its_description_is_described_anew(run):
    (run / "primary/zarr.json").write_text("{")
    assert "primary/zarr.json" in faults(run)
    repair(run)
    assert sorted(Run.open(run).load()["n"].values.tolist()) == list(range(ROWS))


def test_a_stray_folder_is_named_and_does_not_matter(run):
    (run / "notes").mkdir()
    (run / "notes/zarr.json").write_text("")
    assert "notes" in faults(run)
    repair(run)
    assert Run.open(run).rows() == ROWS


def test_a_huge_declared_shape_is_neither_read_nor_asked_memory_for(run):
    for column in ("trial", "u", "n", "note", "trace", "elapsed"):
        edit(run / f"primary/{column}/zarr.json", lambda found: found["shape"].__setitem__(0, 10**15))
    edit(run / "primary/zarr.json", lambda found: found["attributes"].update(rows_committed=10**15))
    assert "are declared" in faults(run)
    repair(run)
    assert Run.open(run).load()["n"].values.tolist() == list(range(ROWS))


def test_a_repair_does_not_sign_what_was_changed(tmp_path):
    fill(tmp_path / "run", closed=True)
    file = tmp_path / "run/zarr.json"
    edit(file, lambda found: found["attributes"]["checksums"].update({"primary/u": "sha256:other"}))
    assert "checksum" in faults(tmp_path / "run")
    assert "not what was written" in " ".join(repair(tmp_path / "run").said)
    assert "checksum" in faults(tmp_path / "run")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    for closed in (True, False):
        fill(folder / str(closed), closed=closed)
    return folder


NONSENSE = st.sampled_from([None, -1, 0, 3, 10**15, "x", 2.5, [], {}, [[]], True, "float64", 10**400])


def damage(run, data) -> None:
    files = sorted(file for file in run.rglob("*") if file.is_file())
    file = data.draw(st.sampled_from(files))
    kind = data.draw(st.sampled_from(["cut", "empty", "gone", "bytes", "value", "stray"]))
    content = file.read_bytes()
    if kind == "gone":
        file.unlink()
    elif kind == "stray":
        (file.parent / "stray").mkdir(exist_ok=True)
        (file.parent / "stray/zarr.json").write_bytes(data.draw(st.binary(max_size=10)))
    elif kind == "value" and file.name == "zarr.json" and content[:1] == b"{":
        edit(file, lambda found: put_nonsense(found, data))
    else:
        left = {"cut": content[: data.draw(st.integers(0, len(content)))], "empty": b""}
        file.write_bytes(left[kind] if kind in left else data.draw(st.binary(max_size=40)))


@pytest.mark.parametrize("odd", [-1, "text", [1]])
def test_a_column_whose_attributes_are_no_table_keeps_its_numbers(run, odd):
    edit(run / "primary/u/zarr.json", lambda found: found.update(attributes=odd))
    for read in (summarise, Run.load):
        with pytest.raises(LabError, match=r"primary/u/zarr\.json is damaged"):
            read(Run.open(run))
    assert "primary/u/zarr.json: its attributes are no table" in faults(run)
    repair(run)
    assert not faults(run)
    np.testing.assert_array_equal(Run.open(run).load()["u"].values, np.arange(ROWS) / 8)
    assert summarise(Run.open(run)).streams["primary"].columns["u"].units == ""


def put_nonsense(found, data) -> None:
    place = found.get("attributes") if data.draw(st.booleans()) else found
    if isinstance(place, dict) and place:
        place[data.draw(st.sampled_from(sorted(place)))] = data.draw(NONSENSE)


@settings(max_examples=15, deadline=None)
@given(st.booleans(), st.integers(1, 2), st.data())
def test_fuzz_no_damage_ends_in_a_traceback_or_is_made_worse(whole, closed, count, data):
    run = whole / "fuzzed"
    for left in (run, whole / "fuzzed.damaged"):
        shutil.rmtree(left, ignore_errors=True)
    shutil.copytree(whole / str(closed), run)
    for _ in range(count):
        try:
            damage(run, data)
        except (ValueError, TypeError):  # damaged already beyond editing
            continue
    before = readable(run)
    for act in (verify, show, repair, verify, load):
        with suppress(LabError):
            act(run)
    find_runs(whole)
    after = readable(run)
    for name, values in before.items():
        np.testing.assert_array_equal(values, after[name][: len(values)])


def show(run):
    return summarise(Run.open(run))


def load(run):
    return Run.open(run).load()


def readable(run) -> dict:
    try:
        return {str(name): each.values for name, each in load(run).data_vars.items()}
    except LabError:
        return {}
