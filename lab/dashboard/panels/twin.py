"""Fit a twin to runs, watch its losses, hold it against the noise floor, compare it with repeats."""

from pathlib import Path

from nado_lab.lab.dashboard.models.catalogue import Entry
from nado_lab.lab.dashboard.models.events import CatalogueRead, ChoicesRead, Finished, JobChanged, Progressed
from nado_lab.lab.dashboard.models.fitting import TwinResult
from nado_lab.lab.dashboard.models.scores import TWIN_HEADINGS, twin_lines
from nado_lab.lab.dashboard.models.session import Session
from nado_lab.lab.dashboard.models.worker import Job
from nado_lab.lab.dashboard.views.as_text import as_hint
from nado_lab.lab.dashboard.views.hints import Hint, Invitation
from nado_lab.lab.dashboard.views.hub import Hub
from nado_lab.lab.dashboard.views.losses_plot import LossesPlot
from nado_lab.lab.dashboard.views.message import Message
from nado_lab.lab.dashboard.views.score_table import ScoreTable
from nado_lab.lab.dashboard.views.scores import BEFORE, score_rows
from nado_lab.lab.dashboard.views.twin_pictures import TwinPictures
from nado_lab.lab.dashboard.views.widgets import boxed, button, counter, fill, label, row, table, tell
from nado_lab.lab.dashboard.views.words import explain
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

AUTOMATIC = -1
MOST_OFFERED = 200


class TwinPanel(QWidget):
    """Runs in, a twin out, and how far it can be trusted."""

    def __init__(self, session: Session, hub: Hub) -> None:
        super().__init__()
        self._session, self._job = session, None  # type: ignore[var-annotated]
        self.result: TwinResult | None = None
        self.runs, self.scored_on = QListWidget(), QComboBox()
        self.twins, self.method = QComboBox(), QComboBox()
        self.counts: dict[str, QSpinBox] = {}
        self.fit_button = button("Fit", self.fit, "Fit a twin to the marked runs")
        self.state = Message("mark the runs to fit", lines=2)
        self.twins.setPlaceholderText("no twin yet: fit one")
        self.twins.setToolTip("The twin that is scored or recalibrated.")
        self.losses = LossesPlot()
        self.scores = table(["score", "twin", "floor", "ratio", "before"])
        self.all = ScoreTable(TWIN_HEADINGS, "No twin yet: tick runs, press Fit; all are compared here.")
        self.all.chosen.connect(self._choose)
        Hint(self.runs, "No runs to fit yet: measure some in Measure, then tick them here.")
        Hint(self.scores, "Choose a twin, then score it: its scores stand here.", ("Evaluate", self.evaluate))
        self.unfitted = Invitation(
            self.losses, "No fit in this session: tick runs, then fit.", ("Fit", self.fit)
        )
        self.pictures = TwinPictures()
        self._lay_out()
        hub.listen(ChoicesRead, self._offer)
        hub.listen(CatalogueRead, self._list)
        hub.listen(Progressed, self._progress)
        hub.listen(Finished, self._finished)
        hub.listen(JobChanged, self._changed)

    def fit(self) -> Job:
        """Fit a twin to the marked runs; a second press stops the fit."""
        from nado_lab.lab.workflow.fit import FitRequest
        from nado_lab.twin import FitSettings, Method

        if self._job is not None and not self._job.ended.is_set():
            self._job.stop()
            return self._job
        numbers = {name: spin.value() for name, spin in self.counts.items()}
        stated = {name: None if value == AUTOMATIC else value for name, value in numbers.items()}
        chosen = FitSettings.from_json({**stated, "method": Method(self.method.currentText())})
        kept = self.scored_on.currentData()
        out = self._session.new_path("twin", ".twin")
        self.losses.begin()
        self.unfitted.hide()
        runs = tuple(map(Path, self.marked()))
        request = FitRequest(runs, out, chosen, scored_on=(Path(kept),) if kept else ())
        self._job = self._session.fit(request)
        return self._job

    def marked(self) -> tuple[str, ...]:
        """Give the paths of the runs with a tick."""
        items = [self.runs.item(i) for i in range(self.runs.count())]
        return tuple(
            item.data(Qt.ItemDataRole.UserRole)
            for item in items
            if item is not None and item.checkState() == Qt.CheckState.Checked
        )

    def mark(self, *paths: Path) -> None:
        """Tick these runs only."""
        wanted = {str(path) for path in paths}
        for index in range(self.runs.count()):
            item = self.runs.item(index)
            if item is not None:
                on = item.data(Qt.ItemDataRole.UserRole) in wanted
                item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)

    def take_runs(self, entries: list[Entry]) -> None:
        """Tick the runs among these entries, also those too old to be in the list."""
        runs = [entry for entry in entries if entry.kind == "run" and entry.rows]
        offered = self._offered()
        for entry in runs:
            if str(entry.path) not in offered:
                self._add_run(entry, True)
        self.mark(*[entry.path for entry in runs])

    def evaluate(self) -> None:
        """Score the chosen twin on the run that is kept for that (or on the marked runs)."""
        if twin := self._chosen():
            kept = self.scored_on.currentData()
            self._session.evaluate(twin, (kept,) if kept else self.marked())

    def recalibrate(self) -> None:
        """Bring the chosen twin up to date with the marked runs, as another twin."""
        if twin := self._chosen():
            kept = self.scored_on.currentData()
            self._session.recalibrate(twin, self.marked(), (kept,) if kept else ())

    def _chosen(self) -> Path | None:
        """Give the chosen twin; where there is none, say so."""
        if twin := self.twins.currentData():
            return Path(twin)
        tell(self, "Twin", "There is no twin in this folder yet; fit one first.")
        return None

    def _lay_out(self) -> None:
        self.runs.setToolTip("Tick the runs to fit to. Older ones: mark them under Runs and press To twin.")
        self.scored_on.setToolTip("Repeats that were kept out of the fit; scores are told on these.")
        self.form = QFormLayout()
        self.form.addRow("score on", self.scored_on)
        self.form.addRow("method", self.method)
        left = QVBoxLayout()
        left.addWidget(label("runs"))
        left.addWidget(self.runs, 1)
        left.addLayout(self.form)
        left.addLayout(row(self.fit_button, None))
        left.addWidget(self.state)
        left.addWidget(self.twins)
        hint = "Bring this twin up to date with the marked runs of a drifted device"
        again = button("Recalibrate", self.recalibrate, hint)
        left.addLayout(row(button("Evaluate", self.evaluate, "Score this twin on those runs"), again, None))
        right = QSplitter(Qt.Orientation.Vertical)
        upper = QSplitter(Qt.Orientation.Horizontal)
        upper.addWidget(self.losses)
        self.tables = QTabWidget()
        self.tables.addTab(self.scores, "Scores")
        self.tables.addTab(self.all, "All twins")
        upper.addWidget(self.tables)
        upper.setSizes([420, 400])
        right.addWidget(upper)
        right.addWidget(self.pictures)
        right.setSizes([230, 330])
        layout = row(boxed(left, 270))
        layout.addWidget(right, 1)
        self.setLayout(layout)

    def _offer(self, event: ChoicesRead) -> None:
        self.method.addItems(list(event.methods))
        for name, value in event.fit.items():
            self.counts[name] = counter(
                AUTOMATIC if value is None else value, 0 if name == "seed" else AUTOMATIC
            )
            self.counts[name].setSpecialValueText("" if name == "seed" else "automatic")
            self.form.addRow(name.replace("_", " "), self.counts[name])
        explain(self)

    def _offered(self) -> list[str]:
        items = [self.runs.item(i) for i in range(self.runs.count())]
        return [item.data(Qt.ItemDataRole.UserRole) for item in items if item is not None]

    def _list(self, event: CatalogueRead) -> None:
        marked, scored, twin = set(self.marked()), self.scored_on.currentData(), self.twins.currentData()
        runs = [e for e in event.entries if e.kind == "run" and e.rows]
        kept = [e for e in runs[MOST_OFFERED:] if str(e.path) in marked or str(e.path) == scored]
        runs = runs[:MOST_OFFERED] + kept
        self.runs.clear()
        self.scored_on.clear()
        self.scored_on.addItem("a share of the same runs", None)
        for entry in runs:
            self._add_run(entry, str(entry.path) in marked)
        self.twins.clear()
        for entry in event.entries:
            if entry.kind == "twin":
                self.twins.addItem(entry.name, str(entry.path))
        self.all.show_lines(twin_lines(event.entries))
        self.scored_on.setCurrentIndex(max(self.scored_on.findData(scored), 0))
        self.twins.setCurrentIndex(max(self.twins.findData(twin), 0))

    def _add_run(self, entry: Entry, marked: bool) -> None:
        item = QListWidgetItem(f"{entry.short_name} ({entry.rows})")
        item.setData(Qt.ItemDataRole.UserRole, str(entry.path))
        item.setCheckState(Qt.CheckState.Checked if marked else Qt.CheckState.Unchecked)
        item.setToolTip(as_hint(f"{entry.name} · {entry.protocol} · {entry.status} · {entry.started}"))
        self.runs.addItem(item)
        self.scored_on.addItem(entry.short_name, str(entry.path))

    def _choose(self, path: Path) -> None:
        self.twins.setCurrentIndex(self.twins.findData(str(path)))

    def _progress(self, event: Progressed) -> None:
        if event.kind != "fit":
            return
        figures = event.progress.figures
        if "held_out" not in figures:
            return
        phase = event.progress.doing.partition(",")[0]
        self.losses.add(phase, figures["step"], figures["held_out"])

    def _changed(self, event: JobChanged) -> None:
        if event.kind == "fit":
            running = event.state in ("running", "waiting")
            self.fit_button.setText("Stop" if running and event.fraction < 1 else "Fit")
            self.state.setText(f"{event.state} {event.text}")

    def _finished(self, event: Finished) -> None:
        if not isinstance(event.result, TwinResult):
            return
        self.result = result = event.result
        self.state.setText(f"{result.path.name}" + (f" in {result.seconds:.0f} s" if result.seconds else ""))
        before = result.before.to_json() if result.before else {}
        fill(self.scores, score_rows(result.metrics.to_json() if result.metrics else {}, before))
        self.scores.setColumnHidden(BEFORE, not before)
        if result.seconds:
            self.losses.keep(result.path.stem)
        if result.preview:
            self.pictures.show_preview(result.preview)
