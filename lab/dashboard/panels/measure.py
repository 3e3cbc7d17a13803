"""What to measure: the protocol's form, what is said of the run, a scan, and the queue."""

from collections.abc import Mapping
from pathlib import Path

from nado_lab.lab.dashboard.models.events import BenchClosed, BenchOpened, LimitsChecked, QueueChanged
from nado_lab.lab.dashboard.models.experiment import Experiment
from nado_lab.lab.dashboard.models.own_protocols import classes_in
from nado_lab.lab.dashboard.models.session import Session
from nado_lab.lab.dashboard.panels.queue_list import QueueList, duration
from nado_lab.lab.dashboard.views.about_form import AboutForm
from nado_lab.lab.dashboard.views.as_text import as_hint
from nado_lab.lab.dashboard.views.form import ParameterForm
from nado_lab.lab.dashboard.views.hub import Hub
from nado_lab.lab.dashboard.views.message import Message
from nado_lab.lab.dashboard.views.scan_form import ScanForm
from nado_lab.lab.dashboard.views.theme import worn
from nado_lab.lab.dashboard.views.widgets import button, column, label, row, tell
from nado_lab.lab.dashboard.views.words import sentence
from nado_lab.lab.errors import LabError, is_for_people, message_of
from nado_lab.port import Port
from nado_lab.protocols import is_file, load_protocol, protocols_to_choose
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QStandardItemModel
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

APART = """Measure in a process of its own: if this window is closed, or dies, the run goes on,
and a window that is opened again on this folder shows it.
Abort ends it safely; Pause holds the queue only.
Without this, a run whose window dies ends, and the safety supervisor switches the bench off."""
TYPING_MS = 200
"""What is typed is held against the limits so long after the last key."""


class MeasurePanel(QWidget):
    """Choose a protocol, set its parameters, queue it, and steer the queue."""

    def __init__(self, session: Session, hub: Hub) -> None:
        super().__init__()
        self._session = session
        self._defaults: Mapping[str, Mapping[str, object]] = {}
        self._ports: tuple[Port, ...] = ()
        self._edited: Experiment | None = None
        self._asked: Experiment | None = None
        self.protocol, self.times = QComboBox(), QSpinBox()
        self.protocol.addItems(protocols_to_choose())
        self.protocol.currentTextChanged.connect(self._show_form)
        self.apart = QCheckBox("outlives the window")
        self.apart.setToolTip(APART)
        self.times.setRange(1, 999)
        self.times.setPrefix("× ")
        self.times.setToolTip("How many times the experiment is queued.")
        self.estimate, self.about, self.scan = Message(lines=2), AboutForm(), ScanForm()
        self.estimate.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.queue_button = button("Add to queue", self.queue_it, "")
        self.cancel_button = button("Leave as it was", self._leave_edited, "Do not change the experiment")
        self.cancel_button.hide()
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.queue = QueueList(session, hub, self.edit)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self._ask)
        self._lay_out()
        self.form = ParameterForm(load_protocol(self.protocol.currentText())())
        self._show_form(self.protocol.currentText())
        hub.listen(BenchOpened, self._opened)
        hub.listen(BenchClosed, lambda event: self._name_button())
        hub.listen(QueueChanged, lambda event: self._queue_changed())
        hub.listen(LimitsChecked, self._checked)

    def queue_it(self) -> list[Experiment]:
        """Queue what the form describes, all points of the scan; or change the experiment that is edited."""
        try:
            if self._edited is not None:
                return self._change(self._edited)
            made = [self._made(point) for point in self.scan.points() for _ in range(self.times.value())]
            return self._session.queue.add_all(made)
        except Exception as error:
            if not is_for_people(error):
                raise
            tell(self, f"{self.protocol.currentText()} was not queued", str(error))
            return []

    def edit(self, experiment: Experiment) -> None:
        """Open an experiment that waits in the form; the button then changes it."""
        if not self.use(experiment.protocol, experiment.values):
            return
        self._edited = experiment
        self.about.show_about(experiment.about)
        self.apart.setChecked(experiment.apart)
        self._name_button()

    def use(self, protocol: str, values: Mapping[str, object]) -> bool:
        """Fill the form with a protocol and parameters of it; say why where that cannot be."""
        if self.protocol.findText(protocol) < 0:
            trust = "; if you trust its code, choose the file with the button … first"
            why = f"{protocol} is not among the protocols here{trust if is_file(protocol) else ''}."
            tell(self, "Use these parameters", why)
            return False
        self.protocol.setCurrentText(protocol)
        known = {name: value for name, value in values.items() if name in self.form.inputs}
        self.form.set_values(known)
        return True

    def pause_or_resume(self) -> None:
        """Hold the queue, or go on."""
        self.queue.pause_or_resume()

    def add_own(self, path: Path) -> None:
        """Offer the procedures of a Python file, and choose the first."""
        found = classes_in(path)
        if not found:
            tell(self, "Protocols", f"{path.name} defines no class; a protocol is a PyMeasure Procedure.")
            return
        first = self.protocol.count()
        self.protocol.addItems([f"{path}:{name}" for name in found])
        self.protocol.setCurrentIndex(first)

    def _made(self, point: Mapping[str, object]) -> Experiment:
        """Make an experiment of what was typed, with the parameters of a point of the scan."""
        values = {**self.form.values(), **point}
        return Experiment(
            self.protocol.currentText(), values, apart=self.apart.isChecked(), about=self.about.about()
        )

    def _change(self, experiment: Experiment) -> list[Experiment]:
        self._session.queue.change(experiment, self._made({}))
        self._leave_edited()
        return [experiment]

    def _leave_edited(self) -> None:
        self._edited = None
        self._name_button()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        own = button("…", self._choose_own, "Procedures of your own, from a Python file")
        own.setFixedWidth(38)
        layout.addLayout(row(label("protocol"), self.protocol, own, None))
        self._holder = QWidget()
        self._inside = column(self.about, self.scan, None)
        self._holder.setLayout(self._inside)
        self.area.setWidget(self._holder)
        layout.addWidget(self.area, 3)
        layout.addWidget(self.estimate)
        layout.addLayout(row(self.queue_button, self.cancel_button, self.times, self.apart, None))
        layout.addWidget(self.queue, 2)
        self.scan.changed.connect(self._typing.start)

    def _choose_own(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Protocols", "", "Python (*.py)")
        if path:
            self.add_own(Path(path))

    def _show_form(self, name: str) -> None:
        try:
            procedure = load_protocol(name)()
            procedure.suit(self._ports)
        except Exception as error:  # noqa: BLE001 - it is the user's own code
            tell(self, name, message_of(error))
            return
        self.protocol.setToolTip(sentence(name))
        self._inside.removeWidget(self.form)
        self.form.hide()
        self.form.deleteLater()
        self.form = ParameterForm(procedure)
        self._inside.insertWidget(0, self.form)
        self.form.set_values(self._defaults.get(name, {}))
        self.form.changed.connect(self._typing.start)
        self.scan.offer(list(self.form.inputs))
        self._typing.start()

    def _opened(self, event: BenchOpened) -> None:
        before, self._defaults = self._default(), event.defaults
        self._offer(event.unable)
        edited = {name: value for name, value in self.form.values().items() if value != before.get(name)}
        self._ports = event.ports
        self._show_form(self.protocol.currentText())
        self.form.set_values(edited)
        self._session.queue.check_what_waits()
        self._name_button()

    def _offer(self, unable: dict[str, str]) -> None:
        """Grey out what this setup cannot do, and say why."""
        for index in range(self.protocol.count()):
            why, model = unable.get(self.protocol.itemText(index), ""), self.protocol.model()
            if isinstance(model, QStandardItemModel) and (item := model.item(index)):
                item.setEnabled(not why)
                item.setToolTip(as_hint(why) or sentence(item.text()))

    def _default(self) -> Mapping[str, object]:
        return self._defaults.get(self.protocol.currentText(), {})

    def _ask(self) -> None:
        """Have what is typed held against the limits, where a bench is connected."""
        try:
            self._asked = self._made(self.scan.points()[-1])
        except LabError as error:
            self._say(str(error), is_bad=True)
            return
        if self._session.bench.is_open:
            self._session.check(self._asked)
        else:
            self._say("connect a bench: time and limits are told then")

    def _checked(self, event: LimitsChecked) -> None:
        if event.experiment is not self._asked:
            return
        if event.problem:
            self._say(event.problem, is_bad=True)
            return
        seconds, runs = event.experiment.estimate_s, self._runs()
        many = f" each, {runs} runs" if runs > 1 else ""
        known = "nobody can tell how long it takes" if seconds is None else f"takes about {duration(seconds)}"
        self._say(f"within the limits; {known}{many}")

    def _runs(self) -> int:
        try:
            return len(self.scan.points()) * self.times.value()
        except LabError:
            return 0

    def _say(self, text: str, *, is_bad: bool = False) -> None:
        self.estimate.setText(text)
        self.estimate.setStyleSheet(f"color: {worn().bad}" if is_bad else "")

    def _queue_changed(self) -> None:
        if self._edited is not None and self._edited not in self._session.queue.waiting:
            self._edited = None
        self._name_button()

    def _name_button(self) -> None:
        """Call the button what it does now."""
        queue, edited = self._session.queue, self._edited
        now = self._session.bench.is_open and queue.current is None and not queue.waiting
        held = queue.holds and not queue.adding_goes_on
        if edited is not None:
            text, hint = f"Change #{edited.number}", "Give the waiting experiment what is typed here"
        elif now and not held:
            text, hint = "Measure now", "It starts at once: the bench is free (Ctrl+Return)"
        else:
            text, hint = (
                "Add to queue",
                "It waits for its turn, or for Resume where the queue is held (Ctrl+Return)",
            )
        self.queue_button.setText(text)
        self.queue_button.setToolTip(hint)
        self.cancel_button.setVisible(edited is not None)
        self.times.setVisible(edited is None)
