"""A day at the window: connect, measure, watch, abort, fit, train, deploy, browse; and the way out."""

from pathlib import Path

import numpy as np
import pytest
from nado_lab.lab.dashboard.models.events import LogLine
from nado_lab.lab.dashboard.models.experiment import State
from nado_lab.lab.dashboard.models.simulation import Bars
from nado_lab.lab.dashboard.models.worker import JobState
from nado_lab.lab.store import Run

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import QMessageBox

PATIENCE = 60_000
OWN = """
from pymeasure.experiment import IntegerParameter, Procedure


class Squares(Procedure):
    points = IntegerParameter("Points", default=3)
    DATA_COLUMNS = ["x", "y"]

    def execute(self):
        for x in range(self.points):
            self.emit("results", {"x": x, "y": x * x})
"""


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def connect(qtbot, window):
    window.setup.choice.setEditText("sim:nanoring")
    click(qtbot, window.setup.connect_button)
    qtbot.waitUntil(lambda: window.setup.connect_button.text() == "Disconnect", timeout=PATIENCE)


def measure(qtbot, window, **values):
    window.measure.form.set_values(values)
    click(qtbot, window.measure.queue_button)
    return window.session.queue.items[-1]


def finished(qtbot, experiment):
    qtbot.waitUntil(lambda: experiment.state is State.COMPLETE, timeout=PATIENCE)


def test_connect_shows_what_answers(qtbot, window):
    connect(qtbot, window)
    roles = [window.setup.identities.item(i, 0).text() for i in range(window.setup.identities.rowCount())]
    assert "generator" in roles
    assert window.measure.form.inputs["field_centre"].value() == pytest.approx(2.6)
    click(qtbot, window.setup.check_button)
    qtbot.waitUntil(lambda: window.setup.checks.rowCount() > 0, timeout=PATIENCE)
    assert window.setup.state.text() == "all checks passed"
    click(qtbot, window.setup.connect_button)
    qtbot.waitUntil(lambda: window.setup.state.text() == "not connected", timeout=PATIENCE)


def test_points_arrive_while_it_measures_and_abort_leaves_no_field(qtbot, window):
    connect(qtbot, window)
    experiment = measure(qtbot, window, sequences=5000, steps=28)
    trace = lambda: window.live.run.panels["input"][0].trace  # noqa: E731
    qtbot.waitUntil(lambda: window.live.run is not None and trace().count > 28, timeout=PATIENCE)
    assert 1e-3 < np.abs(trace().newest(28)).max() < 4e-3
    click(qtbot, window.abort_button)
    qtbot.waitUntil(lambda: experiment.state is State.ABORTED, timeout=PATIENCE)
    qtbot.waitUntil(lambda: "confirmed at" in window.setup.safety.text(), timeout=PATIENCE)
    world = window.session.bench.simulation.world
    assert np.abs(world.field()).max() < 1e-9
    assert not world.sources_on()
    qtbot.waitUntil(lambda: window.measure.queue.list.item(0, 2).text() == "aborted", timeout=PATIENCE)


def test_the_whole_loop_by_hand(qtbot, window, monkeypatch):
    connect(qtbot, window)
    first = measure(qtbot, window, sequences=12, repeats=1, steps=8, seed=0)
    second = measure(qtbot, window, sequences=2, repeats=8, steps=8, seed=1)
    finished(qtbot, first)
    finished(qtbot, second)
    fit(qtbot, window, first, second)
    train(qtbot, window)
    deploy(qtbot, window)
    report(qtbot, window, monkeypatch)
    abort_a_deployment(qtbot, window)
    browse(qtbot, window, first, second)


def fit(qtbot, window, first, second):
    panel = window.twin
    qtbot.waitUntil(lambda: panel.counts and panel.scored_on.findData(str(second.out)) > 0, timeout=PATIENCE)
    for name, spin in panel.counts.items():
        spin.setValue(0 if name == "seed" else 4)
    panel.mark(first.out)
    panel.scored_on.setCurrentIndex(panel.scored_on.findData(str(second.out)))
    click(qtbot, panel.fit_button)
    qtbot.waitUntil(lambda: panel.result is not None, timeout=PATIENCE)
    assert panel.result.path.is_dir()
    assert panel.losses.points
    assert float(panel.scores.item(0, 2).text()) > 0
    assert panel.result.preview.measured.shape == (8, 8, len(panel.result.preview.channels))


def train(qtbot, window):
    panel = window.network
    qtbot.waitUntil(lambda: bool(panel.twins.currentData() and panel.task.count()), timeout=PATIENCE)
    small = {"nodes": 2, "layers": 1, "epochs": 2, "train": 100, "test": 400, "seed": 0}
    for name, value in small.items():
        panel.numbers[name].setValue(value)
    click(qtbot, panel.train_button)
    qtbot.waitUntil(lambda: panel.result is not None, timeout=PATIENCE)
    assert len(panel._points) == 2
    assert panel.matrix.count() >= 2


def deploy(qtbot, window):
    panel = window.network
    trained, panel.opened = panel.opened.path, None
    qtbot.waitUntil(lambda: panel.all.table.rowCount() == 1, timeout=PATIENCE)
    panel.all.table.cellClicked.emit(0, 0)  # as a saved one, not because it was trained now
    qtbot.waitUntil(lambda: panel.opened is not None, timeout=PATIENCE)
    assert panel.opened.path == trained
    panel.count.setValue(3)
    click(qtbot, panel.deploy_button)
    qtbot.waitUntil(lambda: panel.deployed is not None, timeout=PATIENCE)
    assert panel.deployed.report.n_test == 3
    assert len(panel.deployed.report.nodes) == 2
    assert panel.findings.text()
    assert window.live.run.start.protocol == "deploy temporal-mnist-1"
    assert window.live.run.rows == 3 * 2


def report(qtbot, window, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    window.network.report()
    qtbot.waitUntil(lambda: bool(opened), timeout=PATIENCE)
    assert "transfer gap" in Path(opened[0]).read_text(encoding="utf-8")


def abort_a_deployment(qtbot, window):
    panel = window.network
    panel.count.setValue(400)
    click(qtbot, panel.deploy_button)
    qtbot.waitUntil(lambda: window.live.run.rows > 6, timeout=PATIENCE)
    assert panel.deploy_button.text() == "Stop"
    click(qtbot, window.abort_button)
    qtbot.waitUntil(lambda: panel.deploy_button.text() == "Deploy", timeout=PATIENCE)
    assert panel._deployment.state is JobState.STOPPED
    (run,) = (window.session.folder / "deploy-temporal-mnist-1-2").glob("*.zarr")
    assert (Run.open(run).status, Run.open(run).metadata.reason) == ("aborted", "aborted at the dashboard")
    assert not window.session.bench.simulation.world.sources_on()


def browse(qtbot, window, first, second):
    panel = window.browser
    window.tabs.setCurrentWidget(panel)
    click(qtbot, panel.refresh_button)
    qtbot.waitUntil(lambda: len(panel.shown) == 6, timeout=PATIENCE)
    panel.select(first.out, second.out)
    qtbot.waitUntil(lambda: len(panel.details.loaded) == 2, timeout=PATIENCE)
    assert [entry.path for entry in panel.marked()] == [second.out, first.out]
    assert str(first.out.resolve().as_posix()) in panel.details.snippet.toPlainText()
    panel.search.setText("network temporal-mnist")
    assert [entry.name for entry in panel.shown if entry.kind == "network"] == ["temporal-mnist-1"]


def test_pause_and_resume_by_button(qtbot, window):
    connect(qtbot, window)
    experiment = measure(qtbot, window, sequences=300, steps=28)
    qtbot.waitUntil(lambda: experiment.done > 5, timeout=PATIENCE)
    click(qtbot, window.measure.queue.pause_button)
    qtbot.waitUntil(lambda: experiment.state is State.PAUSED, timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.measure.queue.pause_button.text() == "Resume", timeout=PATIENCE)
    qtbot.waitUntil(lambda: not window.session.bench.simulation.world.sources_on(), timeout=PATIENCE)
    click(qtbot, window.measure.queue.pause_button)
    qtbot.waitUntil(lambda: experiment.state is State.RUNNING, timeout=PATIENCE)
    click(qtbot, window.abort_button)
    qtbot.waitUntil(lambda: experiment.state is State.ABORTED, timeout=PATIENCE)


def test_closing_in_mid_run_asks_and_then_leaves_the_bench_safe(qtbot, window, monkeypatch):
    connect(qtbot, window)
    experiment = measure(qtbot, window, sequences=5000, steps=28)
    qtbot.waitUntil(lambda: experiment.done > 1, timeout=PATIENCE)
    world = window.session.bench.simulation.world
    monkeypatch.setattr(QMessageBox, "question", lambda *a: QMessageBox.StandardButton.No)
    assert not window.close()
    assert window.isVisible()
    monkeypatch.setattr(QMessageBox, "question", lambda *a: QMessageBox.StandardButton.Yes)
    assert window.close()
    assert not world.sources_on()
    assert experiment.state is State.ABORTED


def test_errors_become_messages(qtbot, window):
    window.setup.choice.setEditText("no-such-setup")
    click(qtbot, window.setup.connect_button)
    qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox)), timeout=PATIENCE)
    assert "no-such-setup" in window.findChildren(QMessageBox)[0].text()
    assert "no-such-setup" in window.log.toPlainText()


def test_a_mistake_in_one_panel_does_not_stop_the_others(qtbot, window):
    def broken(event):
        raise ValueError("oops")

    window.hub._listeners[LogLine].insert(0, broken)
    window.session.events.post(LogLine(20, "still here"))
    qtbot.waitUntil(lambda: "still here" in window.log.toPlainText(), timeout=PATIENCE)
    window.hub._listeners[LogLine].remove(broken)


def test_the_layout_and_the_theme_are_remembered(qtbot, window):
    window.toggle_theme()
    window._docks["Log"].hide()
    window.close()
    from nado_lab.lab.dashboard.models.session import Session
    from nado_lab.lab.dashboard.window import Dashboard

    again = Dashboard(Session(window.session.folder), window.settings)
    qtbot.addWidget(again, before_close_func=lambda w: w.session.close())
    again.show()
    assert again.theme.name == "light"
    assert not again._docks["Log"].isVisible()
    again.hub.stop()


def test_it_fits_a_small_screen(qtbot, window):
    hint = window.minimumSizeHint()
    assert hint.width() <= 1366
    assert hint.height() <= 728


def test_the_simulator_shows_the_sample(qtbot, window):
    connect(qtbot, window)
    window.tabs.setCurrentWidget(window.simulator)
    window.simulator.draw()
    assert window.simulator.counted[-1] >= 0
    simulation, spins = window.session.bench.simulation, window.simulator.spins
    for name, value in {"white": 7.5, "temperature": 77, "readout gain": 5, "readout offset": -20}.items():
        spins[name].setValue(value)
    drift = lambda: simulation.conditions.drift  # noqa: E731
    qtbot.waitUntil(lambda: drift().offset_v_per_hour == pytest.approx(-20e-6), timeout=PATIENCE)
    assert simulation.world.noise.white_v == pytest.approx(7.5e-6)
    assert drift().gain_per_hour == pytest.approx(0.05)
    qtbot.waitUntil(lambda: window.setup.temperature.text().startswith("77"), timeout=PATIENCE)
    click(qtbot, window.simulator.calibrated)
    qtbot.waitUntil(lambda: not simulation.conditions.drifted, timeout=PATIENCE)
    assert spins["readout gain"].value() == 0


def test_a_map_of_spectra_against_the_field_is_drawn_and_bars_as_bars(qtbot, window):
    window.setup.choice.setEditText("sim:asvi")
    click(qtbot, window.setup.connect_button)
    qtbot.waitUntil(lambda: window.setup.connect_button.text() == "Disconnect", timeout=PATIENCE)
    live = window.live
    live.tabs.setCurrentWidget(live.map)
    window.measure.protocol.setCurrentText("spectrum_map")
    experiment = measure(qtbot, window, points=5, field_centre=20, field_range=4)
    finished(qtbot, experiment)
    qtbot.waitUntil(lambda: live.map._image.image is not None, timeout=PATIENCE)
    stored = Run.open(experiment.out).dataset()
    np.testing.assert_allclose(live.map._image.image, stored["readout"].values[0], rtol=1e-6)
    place = live.map._image.mapRectToParent(live.map._image.boundingRect())
    assert (place.top(), place.bottom()) == pytest.approx((15e-3, 25e-3))
    grid = stored["frequency"].values
    assert place.left() < grid[0] < grid[-1] < place.right()
    live.tabs.setCurrentWidget(live.waterfall)
    curves = live.waterfall._curves
    qtbot.waitUntil(lambda: len(curves[4].getData()[0]) > 0, timeout=PATIENCE)
    np.testing.assert_allclose(curves[0].getData(), [grid, stored["readout"].values[0, 0]], rtol=1e-6)
    assert "5 of 5 inputs" in live.waterfall.getPlotItem().titleLabel.text
    window.simulator.draw()
    assert window.simulator.stack.currentWidget() is window.simulator.views[Bars]


def test_a_hysteresis_loop_is_drawn_by_its_branches(qtbot, window):
    connect(qtbot, window)
    steps = window.live.steps
    window.live.tabs.setCurrentWidget(steps)
    window.measure.protocol.setCurrentText("hysteresis")
    experiment = measure(qtbot, window, points=7, repeats=2)
    finished(qtbot, experiment)
    qtbot.waitUntil(lambda: window.live.run is not None and window.live.run.rows == 2, timeout=PATIENCE)
    qtbot.waitUntil(lambda: steps.branches[1].getData()[0] is not None, timeout=PATIENCE)
    rising, falling = (branch.getData()[1] for branch in steps.branches)
    stored = Run.open(experiment.out).dataset()["readout"].values[:, :, 0]
    up = np.isfinite(rising).reshape(2, 13)
    assert up.sum(1).tolist() == [7, 7]
    np.testing.assert_allclose(rising.reshape(2, 13)[:, :7], stored[:, :7])
    np.testing.assert_allclose(falling.reshape(2, 13)[:, 7:], stored[:, 7:])
    assert "2 passages" in steps.over_steps.getPlotItem().titleLabel.text


def test_the_help_tells_every_shortcut(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_F1)
    (box,) = window.findChildren(QMessageBox)
    actions = {action.shortcut().toString() for action in window.actions() if action.shortcut().toString()}
    assert {each.keys for each in window.shortcuts} == actions
    assert all(keys in box.text() for keys in actions)
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.tabs.currentWidget() is window.browser


def test_a_fault_by_switch_ends_a_run_with_a_message_and_no_field(qtbot, window):
    connect(qtbot, window)
    offered = [window.simulator.fault.itemText(i) for i in range(window.simulator.fault.count())]
    assert {each.split(":")[0] for each in offered} == set(window.session.bench.setup.config.roles)
    window.simulator.fault.setCurrentText("generator:timeout")
    assert window.simulator.fault.currentText() == "generator:timeout"
    window.simulator.break_it()
    experiment = measure(qtbot, window, sequences=3, steps=5)
    qtbot.waitUntil(lambda: experiment.state is State.FAILED, timeout=PATIENCE)
    window.simulator.mend()
    assert experiment.reason
    assert np.abs(window.session.bench.simulation.world.field()).max() < 1e-9
    again = measure(qtbot, window, sequences=3, steps=5)
    assert window.session.queue.holds
    window.measure.pause_or_resume()  # a fault of the bench holds the queue until somebody has looked
    finished(qtbot, again)


def test_the_loop_closes_on_the_connected_bench(qtbot, window):
    connect(qtbot, window)
    panel = window.loop
    small = {"train = 1000, test = 60": "train = 100, test = 20", "epochs = 6": "epochs = 1"}
    small |= {"nodes = [8]": "nodes = [2]", "sequences = 200": "sequences = 20", "more = 60": "more = 10"}
    small |= {"mean_steps = 250": "mean_steps = 3", "score_steps = 100": "score_steps = 2"}
    small |= {"recalibrate_steps = 60": "recalibrate_steps = 2", "rounds = 2": "rounds = 1"}
    text = panel.config.toPlainText()
    for wide, narrow in small.items():
        assert wide in text
        text = text.replace(wide, narrow)
    panel.config.setPlainText(text)
    click(qtbot, panel.run_button)
    qtbot.waitUntil(lambda: panel.result is not None, timeout=2 * PATIENCE)
    assert panel.result.why
    assert panel.rounds.rowCount() == len(panel.result.rounds) >= 1
    assert window.live.run.start.protocol in ("round 0: deploy", "round 1: deploy")
    assert not window.session.bench.simulation.world.sources_on()


def test_a_loop_for_another_bench_is_refused(qtbot, window):
    connect(qtbot, window)
    window.loop.config.setPlainText(window.loop.config.toPlainText().replace("specimen = 0", "specimen = 7"))
    job = window.loop.run()
    qtbot.waitUntil(job.ended.is_set, timeout=PATIENCE)
    qtbot.waitUntil(lambda: "specimen 7" in window.loop.now.text(), timeout=PATIENCE)


def test_a_procedure_of_ones_own_is_measured(qtbot, window, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(OWN, encoding="utf-8")
    connect(qtbot, window)
    window.measure.add_own(file)
    experiment = measure(qtbot, window, points=4)
    finished(qtbot, experiment)
    qtbot.waitUntil(lambda: window.live.run is not None and window.live.run.rows == 4, timeout=PATIENCE)
    assert experiment.out.name.endswith("-Squares.zarr")
    (signal,) = [s for s in window.live.run.panels["rows"] if s.name == "y"]
    assert signal.trace.newest(4).tolist() == [0, 1, 4, 9]
