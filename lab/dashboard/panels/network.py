"""Train a network through a twin, look into it, send it to the device, compare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.dashboard.models.catalogue import EntryKind
from nado_lab.lab.dashboard.models.events import CatalogueRead, ChoicesRead, Finished, JobChanged, Progressed
from nado_lab.lab.dashboard.models.networks import Deployed, Opened, Trained, connectivity
from nado_lab.lab.dashboard.models.scores import NETWORK_HEADINGS, network_lines
from nado_lab.lab.dashboard.models.session import Session
from nado_lab.lab.dashboard.models.worker import Job
from nado_lab.lab.dashboard.views.bars import BarPlot
from nado_lab.lab.dashboard.views.heat_map import HeatMap
from nado_lab.lab.dashboard.views.hints import Invitation
from nado_lab.lab.dashboard.views.hub import Hub
from nado_lab.lab.dashboard.views.message import Message
from nado_lab.lab.dashboard.views.score_table import ScoreTable
from nado_lab.lab.dashboard.views.theme import curve_colour, curve_pen
from nado_lab.lab.dashboard.views.widgets import boxed, button, counter, label, plot, row, tell
from nado_lab.lab.dashboard.views.words import explain
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QSplitter, QTabWidget, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from nado_lab.lab.workflow.train import TrainRequest, TrainResult

DEFAULTS = {"nodes": 16, "layers": 1, "epochs": 8, "train": 1000, "test": 200, "seed": 0}


class NetworkPanel(QWidget):
    """A task, a twin, a network; then the device."""

    def __init__(self, session: Session, hub: Hub) -> None:
        super().__init__()
        self._session = session
        self._job: Job | None = None
        self._deployment: Job | None = None
        self.result: TrainResult | None = None
        self.deployed: Deployed | None = None
        self.opened: Opened | None = None
        self.all = ScoreTable(NETWORK_HEADINGS, "No network yet: train one; click one here to open it.")
        self.all.chosen.connect(self._session.open_network)
        self.task, self.twins, self.variant, self.matrix = (QComboBox() for _ in range(4))
        self.numbers = {name: counter(value, 0 if name == "seed" else 1) for name, value in DEFAULTS.items()}
        self.count, self.other = counter(60), QCheckBox("another device is meant")
        self.other.setToolTip("Deploy although the sample on the bench is called otherwise than the twin's")
        self.train_button = button("Train", self.train, "Train through the twin")
        self.deploy_button = button("Deploy", self.deploy, "Send the network's drives to the bench")
        self.state, self.findings = Message("nothing is trained yet", lines=2), label()
        self.loss = plot("training loss", ("epoch", ""), ("loss", ""))
        self.weights = HeatMap()
        self.accuracy, self.nodes = BarPlot("score"), BarPlot("|device − twin mean|, in deviations")
        self.untrained = Invitation(
            self.loss,
            "No training in this session: choose a task and a twin, then train.",
            ("Train", self.train),
        )
        self.undeployed = Invitation(
            self.nodes,
            "Nothing is deployed yet: connect the bench, then send the trained network to it.",
            ("Deploy", self.deploy),
        )
        self._points: list[tuple[float, float]] = []
        self.matrix.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._fill_choices()
        self.twins.setPlaceholderText("none: fit one in Twin")
        self._lay_out()
        hub.listen(ChoicesRead, self._offer)
        hub.listen(CatalogueRead, self._list)
        hub.listen(Progressed, self._progress)
        hub.listen(Finished, self._finished)
        hub.listen(JobChanged, self._changed)

    def train(self) -> Job | None:
        """Train a network; a second press stops it."""
        if self._job is not None and not self._job.ended.is_set():
            self._job.stop()
            return self._job
        if not self.twins.currentData() or not self.task.currentText():
            tell(self, "Train", "A network is trained through a twin; fit one first (tab Twin).")
            return None
        self._points = []
        self.untrained.hide()
        self._job = self._session.train(self._request())
        return self._job

    def deploy(self) -> Job | None:
        """Send the trained network to the bench; a second press stops that."""
        if self._deployment is not None and not self._deployment.ended.is_set():
            self._deployment.stop()
            return self._deployment
        if self.opened is None or not self._session.bench.is_open:
            tell(self, "Deploy", "Deploying needs a network (train one, or click a saved one) and a bench.")
            return None
        path = self.opened.path
        out = self._session.new_path(f"deploy-{path.stem}", "")
        self._deployment = self._session.deploy(
            path, self.count.value(), out, other_device=self.other.isChecked()
        )
        return self._deployment

    def report(self) -> Job | None:
        """Write a page about the last deployment, and open it."""
        if self.deployed is None:
            tell(self, "Transfer report", "There is no deployment to report on yet; press Deploy first.")
            return None
        return self._session.report(self.deployed.path)

    def _request(self) -> TrainRequest:
        from nado_lab.lab.workflow.train import TrainRequest
        from nado_lab.network import TaskChoice, TrainSettings

        numbers = {name: spin.value() for name, spin in self.numbers.items()}
        settings = {
            "variant": self.variant.currentText(),
            "nodes": (numbers["nodes"],) * numbers["layers"],
            "epochs": numbers["epochs"],
            "seed": numbers["seed"],
        }
        out = self._session.new_path(self.task.currentText(), ".net")
        twin = Path(self.twins.currentData())
        sizes = {name: numbers[name] for name in ("train", "test", "seed")}
        task = TaskChoice(self.task.currentText(), sizes)
        return TrainRequest(task, (twin,), out, TrainSettings.of(**settings))

    def _fill_choices(self) -> None:
        self.matrix.currentIndexChanged.connect(lambda _: self._show_matrix())

    def _lay_out(self) -> None:
        form = QFormLayout()
        for name, widget in (("task", self.task), ("twin", self.twins), ("variant", self.variant)):
            form.addRow(name, widget)
        for name, spin in self.numbers.items():
            form.addRow({"train": "training examples", "test": "test examples"}.get(name, name), spin)
        left = QVBoxLayout()
        left.addLayout(form)
        left.addLayout(row(self.train_button, None))
        left.addLayout(row(label("test trials"), self.count, self.deploy_button, None))
        report = button("Transfer report", self.report, "Write and open a page about this deployment")
        left.addLayout(row(report, self.other, None))
        left.addWidget(self.state)
        left.addWidget(self.findings)
        left.addStretch(1)
        weights = QVBoxLayout()
        weights.addLayout(row(label("weights"), self.matrix, None))
        weights.addWidget(self.weights, 1)
        self.tables = QTabWidget()
        self.tables.addTab(self.loss, "Training")
        self.tables.addTab(self.all, "All networks")
        upper, lower = QSplitter(Qt.Orientation.Horizontal), QSplitter(Qt.Orientation.Horizontal)
        for splitter, widgets in (
            (upper, (self.tables, boxed(weights))),
            (lower, (self.accuracy, self.nodes)),
        ):
            for widget in widgets:
                splitter.addWidget(widget)
            splitter.setSizes([400, 400])
        right = QSplitter(Qt.Orientation.Vertical)
        right.addWidget(upper)
        right.addWidget(lower)
        layout = row(boxed(left, 270))
        layout.addWidget(right, 1)
        self.setLayout(layout)

    def _offer(self, event: ChoicesRead) -> None:
        self.task.addItems(list(event.tasks))
        self.variant.addItems(list(event.variants))
        explain(self)

    def _list(self, event: CatalogueRead) -> None:
        chosen = self.twins.currentData()
        self.twins.clear()
        for entry in event.entries:
            if entry.kind is EntryKind.TWIN and entry.status == "complete":
                self.twins.addItem(entry.name, str(entry.path))
        self.twins.setCurrentIndex(max(self.twins.findData(chosen), 0))
        self.all.show_lines(network_lines(event.entries, event.deployed))
        self.all.mark(self.opened.path if self.opened else None)

    def _progress(self, event: Progressed) -> None:
        if event.kind != "train":
            return
        figures = event.progress.figures
        if "loss" not in figures:
            return
        self._points.append((figures["epoch"], figures["loss"]))
        x, y = np.array(self._points).T
        self.loss.clear()
        colour = curve_colour(0)
        self.loss.plot(x, y, pen=curve_pen(0, 2), symbol="o", symbolSize=5, symbolBrush=colour)

    def _changed(self, event: JobChanged) -> None:
        if event.kind not in ("train", "deploy"):
            return
        running = event.state in ("running", "waiting") and event.fraction < 1
        if event.kind == "train":
            self.train_button.setText("Stop" if running else "Train")
        else:
            self.deploy_button.setText("Stop" if running else "Deploy")
        self.state.setText(f"{event.label}: {event.state} {event.text}")

    def _finished(self, event: Finished) -> None:
        if isinstance(event.result, Trained):
            self._trained(event.result.result)
        if isinstance(event.result, Opened):
            self._show_network(event.result)
        if isinstance(event.result, Deployed):
            self._deployed(event.result)

    def _trained(self, result: TrainResult) -> None:
        self.result = result
        self._show_network(Opened(result.path, result.network, result.scores))

    def _show_network(self, opened: Opened) -> None:
        """Show a network, trained now or saved before; Deploy sends this one."""
        self.opened, self.deployed = opened, None
        self.all.mark(opened.path)
        self.matrix.clear()
        self.matrix.addItems([name for name, _ in connectivity(opened.network)])
        scores = opened.scores
        metric = str(scores.metric or "score") if scores else "not scored"
        half = interval(scores.metric, scores.twin, scores.n_test or 1) if scores and scores.metric else 0.0
        self.accuracy.show_bars([("twin", scores.twin, half)] if scores else [], metric)
        self.nodes.show_bars([], "")
        self.undeployed.show()
        self.findings.setText(f"{opened.path.stem} is what Deploy sends")

    def _deployed(self, deployed: Deployed) -> None:
        from nado_lab.network import gap_text

        self.deployed, report = deployed, deployed.report
        bars = [
            ("twin", report.twin, interval(report.metric, report.twin, report.n_test)),
            ("device", report.device, interval(report.metric, report.device, report.n_test)),
        ]
        gap = gap_text(report.metric, report.transfer_gap, report.gap_low, report.gap_high)
        self.accuracy.show_bars(bars, f"{report.n_test} trials: transfer gap {gap}")
        by_place = sorted(report.nodes, key=lambda each: (each.layer, each.node))
        nodes = [(f"{each.layer + 1}.{each.node + 1}", each.mean_error, 0.0) for each in by_place]
        self.undeployed.hide()
        self.nodes.show_bars(nodes, "node by node (layer.node)")
        told = [f"{each.what}: {each.detail}" for each in report.findings]
        self.findings.setText("\n\n".join(told) or "No failure shows in this deployment.")

    def _show_matrix(self) -> None:
        index = self.matrix.currentIndex()
        if self.opened is not None and index >= 0:
            name, values = connectivity(self.opened.network)[index]
            self.weights.show_matrix(values, "from", "to", name)


def interval(metric: str, score: float, count: int) -> float:
    """Give half of Wilson's 95 % interval of an accuracy over `count` trials; none of an error."""
    from nado_lab.network import Metric, wilson_interval

    if not Metric(metric).is_classification:
        return 0.0
    low, high = wilson_interval(score, count)
    return (high - low) / 2
