"""Before the run: what is said of it, scans, limits while typing; a queue that is kept, changed, copied."""

import json

import pytest
from nado_lab.lab.store import Run

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)
from nado_lab.lab.dashboard.models.experiment import About, Experiment, State, what_differs
from nado_lab.lab.dashboard.models.session import Session
from nado_lab.lab.dashboard.panels.queue_list import total_text
from nado_lab.lab.errors import LabError
from nado_lab.lab.workflow.scan import Axis, Scan
from PyQt6.QtCore import Qt

from tests.lab.dashboard.test_window import PATIENCE, click, connect, finished

SMALL = {"sequences": 1, "repeats": 1, "steps": 4}


def test_what_waits_is_there_in_the_next_window_and_is_held(session):
    first = session.queue.add("repeats", SMALL)
    session.queue.add_all([Experiment("characterise", SMALL | {"seed": 4}, about=About("warm", tags=("a",)))])
    session.queue.remove(first)
    session.close()
    again = Session(session.folder)
    (kept,) = again.queue.items
    assert (kept.protocol, kept.values, kept.number) == ("characterise", SMALL | {"seed": 4}, 2)
    assert kept.about == About("warm", tags=("a",))
    assert again.queue.holds
    assert again.queue.add("repeats", SMALL).number == 3
    again.close()


def test_a_second_window_on_the_folder_leaves_the_queue_alone(session):
    session.queue.add("repeats", SMALL)
    other = Session(session.folder)
    assert other.queue.items == []
    other.queue.add("characterise", SMALL)
    other.close()
    kept = json.loads((session.folder / ".nado-queue.json").read_text())
    assert [each["protocol"] for each in kept["waiting"]] == ["repeats"]


def test_code_in_a_file_is_not_run_because_a_kept_queue_names_it(session, tmp_path):
    own = tmp_path / "own.py"
    own.write_text("raise SystemExit('ran')")
    session.queue.add(f"{own}:Scan", {})
    session.close()
    again = Session(session.folder)
    (kept,) = again.queue.items
    assert kept.state is State.FAILED
    assert "choose the file again" in kept.reason
    again.close()


def test_what_differs_between_entries_is_named():
    made = [Experiment("repeats", {"seed": n, "steps": 4}) for n in (1, 2)]
    other = Experiment("memory", {"steps": 9}, about=About("long"))
    assert what_differs([*made, other]) == ["seed=1", "seed=2", "long"]


def test_the_time_of_all_that_waits_is_told():
    waits = [Experiment("repeats", {}, estimate_s=60.0), Experiment("repeats", {}, estimate_s=61.0)]
    assert total_text(waits) == "2 wait, about 2 min"
    assert total_text([*waits, Experiment("own", {})]) == "3 wait, about 2 min and 1 whose time is not known"


def test_a_run_lies_where_and_is_called_as_was_asked():
    assert About("a / b: the 2nd").name == "a-b-the-2nd"
    with pytest.raises(LabError, match="below"):
        About(folder="../elsewhere")


def test_a_scan_with_notes_is_measured(qtbot, window):
    panel = window.measure
    connect(qtbot, window)
    panel.protocol.setCurrentText("repeats")
    assert panel.queue_button.text() == "Measure now"
    panel.form.set_values(SMALL)
    said = panel.about.inputs
    for name, text in {"name": "warm up", "folder": "monday", "sample": "R7", "tags": "cold, thick"}.items():
        said[name].setText(text)
    panel.scan.setChecked(True)
    panel.scan.show_scan(Scan((Axis("seed", 3, 3, 2), Axis("steps", 4, 5, 1))))
    click(qtbot, panel.queue_button)
    made = window.session.queue.items
    assert [(e.values["seed"], e.values["steps"]) for e in made] == [(3, 4), (3, 5)]
    finished(qtbot, made[-1])
    qtbot.waitUntil(lambda: "steps=5" in panel.queue.list.item(1, 4).text(), timeout=PATIENCE)
    assert made[0].out.parent == window.session.folder / "monday"
    assert made[0].out.name.endswith("-001-warm-up.zarr")
    run = Run.open(made[0].out).metadata
    assert (run.sample, run.notes["title"], run.notes["tags"]) == ("R7", "warm up", ["cold", "thick"])


def test_limits_are_told_while_typing_and_a_waiting_entry_is_changed(qtbot, window):
    panel = window.measure
    panel.protocol.setCurrentText("repeats")
    assert panel.queue_button.text() == "Add to queue"
    panel.form.set_values(SMALL | {"field_centre": 2.6, "field_range": 1.0})
    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    (waits,) = window.session.queue.items
    qtbot.waitUntil(lambda: panel.queue.list.rowCount() == 1, timeout=PATIENCE)
    panel.queue.list.setCurrentCell(0, 0)
    panel.queue.edit()
    assert panel.queue_button.text() == "Change #1"
    panel.form.set_values({"seed": 9})
    click(qtbot, panel.queue_button)
    assert (len(window.session.queue.items), waits.values["seed"]) == (1, 9)
    connect(qtbot, window)
    qtbot.waitUntil(lambda: "within the limits" in panel.estimate.text(), timeout=PATIENCE)
    assert "about" in panel.queue.total.text()
    panel.form.set_values({"field_centre": 900.0})
    qtbot.waitUntil(lambda: "within" not in panel.estimate.text(), timeout=PATIENCE)
    assert "outside 0 to 0.01 T" in panel.estimate.text()
    assert waits.state is State.QUEUED
