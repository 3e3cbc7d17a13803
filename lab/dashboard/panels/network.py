"""Train a network through a twin, look into it, send it to the device, compare."""

from pathlib import Path

import numpy as np
import pyqtgraph as pg
from nado_lab.lab.dashboard.models.catalogue import EntryKind
from nado_lab.lab.dashboard.models.events import CatalogueRead, ChoicesRead, Finished, JobChanged, Progressed
from nado_lab.lab.dashboard.models.networks import DeployResult, NetworkResult, TrainRequest, connectivity
from nado_lab.lab.dashboard.models.session import Session
from nado_lab.lab.dashboard.models.worker import Job
from nado_lab.lab.dashboard.views.bars import BarPlot
from nado_lab.lab.dashboard.views.heat_map import HeatMap
from nado_lab.lab.dashboard.views.hub import Hub
from nado_lab.lab.dashboard.views.theme import curve_colour
from nado_lab.lab.dashboard.views.widgets import boxed, button, counter, label, plot, row, tell
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QComboBox, QFormLayout, QSplitter, QVBoxLayout, QWidget

DEFAULTS = {"nodes": 16, "layers": 1, "epochs": 8, "train": 1000, "test": 200, "seed": 0}


class NetworkPanel(QWidget):
    """A task, a twin, a network; then the device."""

    def __init__(self, session: Session, hub: Hub) -> None:
        super().__init__()
        self._session = session
        self._job: Job | None = None
        self._deployment: Job | None = None
        self.result: NetworkResult | None = None
        self.deployed: DeployResult | None = None
        self.task, self.twins, self.variant, self.matrix = (QComboBox() for _ in range(4))
        self.numbers = {name: counter(value, 0 if name == "seed" else 1) for name, value in DEFAULTS.items()}
        self.count = counter(60)
        self.train_button = button("Train", self.train, "Train through the twin")
        self.deploy_button = button("Deploy", self.deploy, "Send the network's drives to the bench")
        self.state, self.findings = label("", "faint"), label()
        self.loss = plot("training loss", ("epoch", ""), ("loss", ""))
        self.weights = HeatMap()
        self.accuracy, self.nodes = BarPlot("score"), BarPlot("|device − twin mean|, in deviations")
        self._points: list[tuple[float, float]] = []
        self.matrix.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._fill_choices()
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
        self._job = self._session.train(self._request())
        return self._job

    def deploy(self) -> Job | None:
        """Send the trained network to the bench; a second press stops that."""
        if self._deployment is not None and not self._deployment.ended.is_set():
            self._deployment.stop()
            return self._deployment
        if self.result is None or not self._session.bench.is_open:
            tell(self, "Deploy", "Deploying needs a trained network and a connected bench.")
            return None
        out = self._session.new_path(f"deploy-{self.result.path.stem}", "")
        self._deployment = self._session.deploy(self.result, self.count.value(), out)
        return self._deployment

    def report(self) -> Job | None:
        """Write a page about the last deployment, and open it."""
        if self.deployed is None:
            tell(self, "Transfer report", "There is no deployment to report on yet; press Deploy first.")
            return None
        return self._session.report(self.deployed.path)

    def _request(self) -> TrainRequest:
        numbers = {name: spin.value() for name, spin in self.numbers.items()}
        settings = {
            "variant": self.variant.currentText(),
            "nodes": (numbers["nodes"],) * numbers["layers"],
            "epochs": numbers["epochs"],
            "seed": numbers["seed"],
        }
        out = self._session.new_path(self.task.currentText(), ".net")
        twin = Path(self.twins.currentData())
        return TrainRequest(self.task.currentText(), twin, out, numbers["train"], numbers["test"], settings)

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
        left.addLayout(row(report, None))
        left.addWidget(self.state)
        left.addWidget(self.findings)
        left.addStretch(1)
        weights = QVBoxLayout()
        weights.addLayout(row(label("weights"), self.matrix, None))
        weights.addWidget(self.weights, 1)
        upper, lower = QSplitter(Qt.Orientation.Horizontal), QSplitter(Qt.Orientation.Horizontal)
        for splitter, widgets in (
            (upper, (self.loss, boxed(weights))),
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

    def _list(self, event: CatalogueRead) -> None:
        chosen = self.twins.currentData()
        self.twins.clear()
        for entry in event.entries:
            if entry.kind is EntryKind.TWIN and entry.status == "complete":
                self.twins.addItem(entry.name, str(entry.path))
        self.twins.setCurrentIndex(max(self.twins.findData(chosen), 0))

    def _progress(self, event: Progressed) -> None:
        if event.kind != "train":
            return
        self._points.append((event.values["epoch"], event.values["loss"]))
        x, y = np.array(self._points).T
        self.loss.clear()
        colour = curve_colour(0)
        self.loss.plot(x, y, pen=pg.mkPen(colour, width=2), symbol="o", symbolSize=5, symbolBrush=colour)

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
        if event.kind == "train":
            self._trained(event.result)
        if event.kind == "deploy":
            self._deployed(event.result)

    def _trained(self, result: NetworkResult) -> None:
        self.result, self.deployed = result, None
        self.matrix.clear()
        self.matrix.addItems([name for name, _ in connectivity(result.network)])
        test = len(result.task.test)
        self.accuracy.show_bars([("twin", result.score, interval(result.score, test))], result.task.metric)
        self.nodes.show_bars([], "")
        self.findings.setText("")

    def _deployed(self, result: DeployResult) -> None:
        self.deployed = result
        bars = [
            ("twin", result.twin, interval(result.twin, result.count)),
            ("device", result.device, interval(result.device, result.count)),
        ]
        gap = result.twin - result.device
        self.accuracy.show_bars(bars, f"{result.count} trials: transfer gap {gap:+.3f}")
        by_place = sorted(result.nodes, key=lambda each: (each["layer"], each["node"]))
        names = [f"{each['layer'] + 1}.{each['node'] + 1}" for each in by_place]
        nodes = [(name, each["mean_error"], 0.0) for name, each in zip(names, by_place, strict=True)]
        self.nodes.show_bars(nodes, "node by node (layer.node)")
        told = [f"{each['what']}: {each['detail']}" for each in result.findings]
        self.findings.setText("\n\n".join(told) or "No failure shows in this deployment.")

    def _show_matrix(self) -> None:
        index = self.matrix.currentIndex()
        if self.result is not None and index >= 0:
            name, values = connectivity(self.result.network)[index]
            self.weights.show_matrix(values, "from", "to", name)


def interval(score: float, count: int) -> float:
    """Give half of the 95 % interval of a share of `count` trials."""
    return 1.96 * max(score * (1 - score), 0.0) ** 0.5 / max(count, 1) ** 0.5
