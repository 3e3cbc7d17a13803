"""The Runs panel: sorted, searched, compared, labelled; drawn as one likes; parameters used again."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from nado_lab.lab.store import Run, find_runs
from nado_lab.lab.store.ownership import run_ownership
from nado_lab.lab.workflow.measure import MeasureRequest, measure

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)

from nado_lab.lab.dashboard.models.catalogue import Entry, EntryKind
from nado_lab.lab.dashboard.models.fields import differences, sorted_by, told_apart
from nado_lab.lab.dashboard.models.labelling import Said
from nado_lab.lab.dashboard.models.numbers import Numbers
from nado_lab.lab.dashboard.models.search import search
from nado_lab.lab.dashboard.models.stored_curves import line, offered, read_curves
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.store import Labels

PATIENCE = 60_000
SMALL = {"sequences": 2, "repeats": 2, "steps": 4}


def entry(name, **parameters):
    return Entry(EntryKind.RUN, Path(name), name, name, parameters=parameters, rows=len(name), tags=("cold",))


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Measure two runs of the same protocol."""
    made = tmp_path_factory.mktemp("runs")
    for number, seed in ((41, 3), (42, 20)):
        out = made / f"20260101-000000-{number:03d}-repeats.zarr"
        labels = Labels(title=f"seed {seed}", sample="R7", remark="first light", tags=("cold",))
        source = SetupSource("sim:nanoring")
        measure(MeasureRequest("repeats", out, source, {**SMALL, "seed": seed}, "Ada", labels=labels))
    return made


@pytest.fixture
def folder(measured, tmp_path):
    """Copy the runs, for a test to change."""
    return Path(shutil.copytree(measured, tmp_path / "copied"))


def test_search_takes_words_and_comparisons():
    entries = [entry("a", steps=8, seed=3), entry("bb", steps=28, mode="fast"), entry("ccc")]
    assert [e.name for e in search(entries, "steps>=8 steps<28")] == ["a"]
    assert [e.name for e in search(entries, "steps=28 cold")] == ["bb"]
    assert [e.name for e in search(entries, "rows>1")] == ["bb", "ccc"]
    assert search(entries, "mode>fast") == []


def test_sorting_is_by_number_and_what_is_missing_comes_last():
    entries = [entry("a", n=10), entry("b"), entry("c", n=9), entry("d", n=100)]
    assert [e.name for e in sorted_by(entries, "n", descending=False)] == ["c", "a", "d", "b"]
    assert [e.name for e in sorted_by(entries, "n", descending=True)] == ["d", "a", "c", "b"]


def test_only_what_differs_is_compared():
    rows = dict(differences([entry("a", seed=1, steps=8), entry("b", seed=2, steps=8)]))
    assert rows["seed"] == ["1", "2"]
    assert "steps" not in rows
    assert "steps" in dict(
        differences([entry("a", seed=1, steps=8), entry("b", seed=2, steps=8)], only=False)
    )


def test_runs_of_one_name_are_told_apart_by_what_differs():
    twins = [Entry(EntryKind.RUN, Path(n), n, n, title="warm", parameters={"seed": n, "k": 1}) for n in "ab"]
    assert told_apart([*twins, entry("c", k=1)]) == ["warm, seed=a", "warm, seed=b", "c"]


def test_numbers_go_on_where_the_folder_ends(tmp_path):
    (tmp_path / "20260101-000000-041-repeats.zarr").mkdir()
    numbers = Numbers()
    assert [numbers.next(tmp_path), numbers.next(tmp_path), Numbers().next(tmp_path)] == [42, 43, 42]
    assert numbers.next(tmp_path / "other") == 1


def test_any_quantity_is_drawn_over_any_other_of_its_length(folder):
    runs = [read_curves(Path(each.path)) for each in find_runs(folder)]
    stored = Run.open(runs[0].path).dataset()
    channel = str(stored["channel"].values[0])
    over_steps = line(runs[0], "step", channel)
    np.testing.assert_allclose(over_steps.y, stored["readout"].values[:, :, 0].mean(0))
    loop = line(runs[0], "field", channel)
    np.testing.assert_allclose(loop.x, stored["input"].values[:, :, 0].ravel())
    assert (loop.joined, loop.spread) == (False, None)
    rows = line(runs[0], "time since the run began", f"mean of {channel}")
    np.testing.assert_allclose(rows.x, stored["elapsed"].values)
    assert line(runs[0], "row", channel) is None
    assert channel in offered(runs, "field")
    assert f"mean of {channel}" not in offered(runs, "field")


def test_runs_are_labelled_hidden_found_and_used_again(qtbot, window, folder):
    panel = window.browser
    qtbot.waitUntil(lambda: panel.count.text() != "", timeout=PATIENCE)
    window.session.folder = folder
    panel.rescan()
    qtbot.waitUntil(lambda: len(panel.shown) == 2, timeout=PATIENCE)
    panel.list.set_columns(["name", "seed", "operator"])
    panel.list.sort("seed", descending=True)
    assert [e.parameters["seed"] for e in panel.shown] == [20, 3]
    assert panel.list.model().index(0, 1).data() == "20"
    panel.select(*[e.path for e in panel.shown])
    assert panel.details.differences.table.rowCount() >= 2
    panel.select(panel.shown[1].path)
    form = panel.details.labels
    assert (form.title.text(), form.said_before.toPlainText()) == ("seed 3", "first light")
    form.title.setText("the good one")
    form.tags.setText("cold, thick")
    form.notes.setPlainText("the magnet was warm")
    form.save.click()
    qtbot.waitUntil(lambda: "the good one" in [e.title for e in panel.entries], timeout=PATIENCE)
    notes = Run.open(panel.marked()[0].path).metadata.notes
    assert notes["tags"] == ["cold", "thick"]
    assert [each["text"] for each in notes["remarks"]] == ["first light", "the magnet was warm"]
    panel.search.setText("thick ada seed<10")
    assert [e.title for e in panel.shown] == ["the good one"]
    panel.use_parameters()
    assert window.measure.protocol.currentText() == "repeats"
    assert window.measure.form.values()["seed"] == 3
    panel.search.clear()
    panel.hide_or_show()
    qtbot.waitUntil(lambda: len(panel.shown) == 1, timeout=PATIENCE)
    panel.hidden.setChecked(True)
    assert len(panel.shown) == 2


def test_labels_of_a_run_that_is_measured_are_refused_in_words(qtbot, window, folder):
    path = Path(find_runs(folder)[0].path)
    owner = run_ownership(path).take()
    job = window.session.label([path], Said("x"))
    qtbot.waitUntil(job.ended.is_set, timeout=PATIENCE)
    owner.release()
    assert job.state == "failed"
    assert Run.open(path).metadata.notes["title"] == "seed 3"
