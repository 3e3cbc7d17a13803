"""What to measure: the protocol's form, and the queue of experiments."""

from collections.abc import Mapping
from pathlib import Path

from nado_lab.lab.dashboard.models.events import BenchOpened, JobChanged, QueueChanged, RunEnded
from nado_lab.lab.dashboard.models.experiment import Experiment, State
from nado_lab.lab.dashboard.models.own_protocols import classes_in
from nado_lab.lab.dashboard.models.session import Session
from nado_lab.lab.dashboard.views.as_text import as_hint
from nado_lab.lab.dashboard.views.form import ParameterForm
from nado_lab.lab.dashboard.views.hints import Hint
from nado_lab.lab.dashboard.views.hub import Hub
from nado_lab.lab.dashboard.views.widgets import button, column, fill, label, row, table, tell
from nado_lab.lab.errors import is_for_people, message_of
from nado_lab.port import Port
from nado_lab.protocols import is_file, load_protocol, protocols_to_choose
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QStandardItemModel
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QProgressBar,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

APART = """Measure in a process of its own: if this window is closed, or dies, the run goes on,
and a window that is opened again on this folder shows it.
Abort ends it safely; Pause holds the queue only.
Without this, a run whose window dies ends, and the safety supervisor switches the bench off."""


class MeasurePanel(QWidget):
    """Choose a protocol, set its parameters, queue it, and steer the queue."""

    def __init__(self, session: Session, hub: Hub) -> None:
        super().__init__()
        self._session = session
        self._defaults: Mapping[str, Mapping[str, object]] = {}
        self._ports: tuple[Port, ...] = ()
        self.protocol, self.times = QComboBox(), QSpinBox()
        self.protocol.addItems(protocols_to_choose())
        self.protocol.currentTextChanged.connect(self._show_form)
        self.apart = QCheckBox("outlives the window")
        self.apart.setToolTip(APART)
        self.times.setRange(1, 999)
        self.times.setPrefix("× ")
        self.estimate = label("", "faint")
        self.queue_button = button("Queue", self.queue_it, "Append to the queue (Ctrl+Return)")
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.left = label("", "faint")
        self.list = table(["#", "protocol", "state", "done"], stretch=1)
        Hint(self.list, "Nothing is queued: connect a bench, set the parameters above, press Queue.")
        self.pause_button = button("Pause", self.pause_or_resume, "Hold the queue, field at zero (Ctrl+P)")
        self._lay_out()
        self._show_form(self.protocol.currentText())
        hub.listen(BenchOpened, self._opened)
        hub.listen(QueueChanged, lambda event: self._refresh())
        hub.listen(JobChanged, self._job)
        hub.listen(RunEnded, lambda event: self._refresh())

    def queue_it(self) -> list[Experiment]:
        """Queue the experiment that the form describes."""
        name, values, apart = self.protocol.currentText(), self.form.values(), self.apart.isChecked()
        try:
            return [self._session.queue.add(name, values, apart=apart) for _ in range(self.times.value())]
        except Exception as error:
            if not is_for_people(error):
                raise
            tell(self, f"{name} was not queued", str(error))
            return []

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
        queue = self._session.queue
        if queue.holds:
            queue.resume()
        else:
            queue.pause()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        own = button("…", self._choose_own, "Procedures of your own, from a Python file")
        own.setFixedWidth(38)
        layout.addLayout(row(label("protocol"), self.protocol, own, None))
        layout.addWidget(self.area, 3)
        layout.addWidget(self.estimate)
        layout.addLayout(row(self.queue_button, self.times, self.apart, None))
        layout.addWidget(self.list, 2)
        layout.addWidget(self.progress)
        layout.addWidget(self.left)
        move = [button("↑", lambda: self._move(-1), "Earlier"), button("↓", lambda: self._move(1), "Later")]
        more = [
            button("Repeat", self._repeat, "Queue the marked experiment again"),
            button("Remove", self._remove, "Take the marked experiment out of the queue"),
        ]
        for each in move:
            each.setFixedWidth(28)
        layout.addLayout(row(self.pause_button, *move, *more, None))

    def _choose_own(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Protocols", "", "Python (*.py)")
        if path:
            self.add_own(Path(path))

    def add_own(self, path: Path) -> None:
        """Offer the procedures of a Python file, and choose the first."""
        found = classes_in(path)
        if not found:
            tell(self, "Protocols", f"{path.name} defines no class; a protocol is a PyMeasure Procedure.")
            return
        first = self.protocol.count()
        self.protocol.addItems([f"{path}:{name}" for name in found])
        self.protocol.setCurrentIndex(first)

    def _show_form(self, name: str) -> None:
        try:
            procedure = load_protocol(name)()
            procedure.suit(self._ports)
        except Exception as error:  # noqa: BLE001 - it is the user's own code
            tell(self, name, message_of(error))
            return
        self._procedure = type(procedure)
        self.form = ParameterForm(procedure)
        holder = QWidget()
        holder.setLayout(column(self.form, None))
        self.area.setWidget(holder)
        self.form.set_values(self._defaults.get(name, {}))
        self.form.changed.connect(self._estimate)
        self._estimate()

    def _opened(self, event: BenchOpened) -> None:
        before, self._defaults = self._default(), event.defaults
        self._offer(event.unable)
        edited = {name: value for name, value in self.form.values().items() if value != before.get(name)}
        self._ports = event.ports
        self._show_form(self.protocol.currentText())
        self.form.set_values(edited)
        self._session.queue.check_what_waits()
        self._estimate()

    def _offer(self, unable: dict[str, str]) -> None:
        """Grey out what this setup cannot do, and say why."""
        for index in range(self.protocol.count()):
            why, model = unable.get(self.protocol.itemText(index), ""), self.protocol.model()
            if isinstance(model, QStandardItemModel) and (item := model.item(index)):
                item.setEnabled(not why)
                item.setToolTip(as_hint(why))

    def _default(self) -> Mapping[str, object]:
        return self._defaults.get(self.protocol.currentText(), {})

    def _estimate(self) -> None:
        if not self._session.bench.is_open:
            self.estimate.setText("")
            return
        seconds = self._session.queue.estimate_s(self._procedure, self.form.values())
        known = "nobody can tell how long it takes" if seconds is None else f"takes about {duration(seconds)}"
        self.estimate.setText(known)

    def _refresh(self) -> None:
        queue = self._session.queue
        self.pause_button.setText("Resume" if queue.holds else "Pause")
        waits = sum(each.state is State.QUEUED for each in queue.items)
        if queue.holds and waits and queue.current is None:
            self.left.setText(f"held: {waits} wait; Resume starts them on the bench that is connected")
        rows = [[e.number, e.label, e.state, f"{e.done}/{e.total}" if e.total else ""] for e in queue.items]
        fill(self.list, rows)
        for index, experiment in enumerate(queue.items):
            self.list.item(index, 2).setToolTip(experiment.reason)  # type: ignore[union-attr]

    def _job(self, event: JobChanged) -> None:
        if event.kind not in ("run", "deploy"):
            return
        self.progress.setValue(round(1000 * event.fraction))
        current = self._session.queue.current
        left = current.seconds_left if current else None
        self.left.setText(f"{event.label}: {event.text or event.state}" + _left(left))
        if event.state == State.RUNNING:
            self._refresh()

    def _marked(self) -> Experiment | None:
        index, items = self.list.currentRow(), self._session.queue.items
        return items[index] if 0 <= index < len(items) else None

    def _move(self, by: int) -> None:
        experiment = self._marked()
        if experiment:
            self._session.queue.move(experiment, by)
            self.list.setCurrentCell(self._session.queue.items.index(experiment), 0)

    def _repeat(self) -> None:
        if experiment := self._marked():
            self._session.queue.repeat(experiment)

    def _remove(self) -> None:
        if experiment := self._marked():
            self._session.queue.remove(experiment)


def duration(seconds: float) -> str:
    """Write seconds as a person would say them."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _left(seconds: float | None) -> str:
    return "" if seconds is None else f", {duration(seconds)} left"
