"""What is typed is what is meant: the setup that is connected, and Esc in a field."""

import pytest

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)

from nado_lab.lab.dashboard.models.experiment import State
from PyQt6.QtCore import Qt


def test_the_setup_that_was_typed_is_connected_not_one_that_it_begins(qtbot, window, monkeypatch):
    asked = []
    monkeypatch.setattr(window.session.bench, "connect", lambda name, seed: asked.append(name))
    field = window.setup.choice.lineEdit()
    field.clear()
    qtbot.keyClicks(field, "sim:asvi")
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    window.setup.connect_bench()
    field.clear()
    qtbot.keyClicks(field, "no-such")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    window.setup.connect_bench()
    assert asked == ["sim:asvi", "no-such"]
    assert window.setup.choice.findText("no-such") == -1


@pytest.mark.parametrize("name", ["search", "config", "choice"])
def test_esc_where_one_types_leaves_the_field_and_a_second_one_aborts(qtbot, window, monkeypatch, name):
    aborted = []
    monkeypatch.setattr(window, "abort", lambda: aborted.append(True))
    field, page = {
        "search": (window.browser.search, window.browser),
        "config": (window.loop.config, window.loop),
        "choice": (window.setup.choice, window.tabs.currentWidget()),
    }[name]
    window.tabs.setCurrentWidget(page)
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert aborted == []
    assert not field.hasFocus()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert aborted == [True]


def test_what_is_queued_before_connecting_does_not_start_by_connecting(qtbot, window):
    window.measure.form.set_values({"sequences": 3, "steps": 4})
    (experiment,) = window.measure.queue_it()
    window.setup.choice.setEditText("sim:nanoring")
    window.setup.connect_bench()
    qtbot.waitUntil(lambda: window.session.bench.is_open and not window.session.bench.is_busy, timeout=30_000)
    qtbot.waitUntil(lambda: window.measure.queue.pause_button.text() == "Resume")
    qtbot.wait(200)
    assert experiment.state is State.QUEUED
    assert "Resume starts" in window.measure.queue.left.text()
    window.measure.pause_or_resume()
    qtbot.waitUntil(lambda: experiment.state is State.COMPLETE, timeout=30_000)
    qtbot.waitUntil(lambda: "confirmed at" in window.setup.safety.text())


def test_what_the_limits_refuse_is_told_and_not_queued(qtbot, window, monkeypatch):
    told = []
    monkeypatch.setattr("nado_lab.lab.dashboard.panels.measure.tell", lambda parent, *text: told.append(text))
    window.setup.choice.setEditText("sim:nanoring")
    window.setup.connect_bench()
    qtbot.waitUntil(lambda: window.session.bench.is_open and not window.session.bench.is_busy, timeout=30_000)
    qtbot.waitUntil(lambda: "field_centre" in window.measure.form.values(), timeout=10_000)
    window.measure.form.set_values({"field_centre": 900.0})
    assert window.measure.queue_it() == []
    ((title, text),) = told
    assert title == "characterise was not queued"
    assert "field" in text
    assert window.session.queue.items == []
