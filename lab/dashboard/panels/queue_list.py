"""The queue: what waits and what differs, how long all of it takes; changed, copied, moved, held."""

from collections.abc import Callable

from nado_lab.lab.dashboard.models.events import JobChanged, QueueChanged, RunEnded
from nado_lab.lab.dashboard.models.experiment import Experiment, State, what_differs
from nado_lab.lab.dashboard.models.session import Session
from nado_lab.lab.dashboard.views.as_text import as_hint
from nado_lab.lab.dashboard.views.hints import Hint
from nado_lab.lab.dashboard.views.hub import Hub
from nado_lab.lab.dashboard.views.message import Message
from nado_lab.lab.dashboard.views.widgets import button, fill, label, row, table
from PyQt6.QtWidgets import QProgressBar, QVBoxLayout, QWidget


class QueueList(QWidget):
    """List the experiments of this window; `edit(experiment)` opens one that waits in the form."""

    def __init__(self, session: Session, hub: Hub, edit: Callable[[Experiment], object]) -> None:
        super().__init__()
        self._session, self._edit = session, edit
        self.list = table(["#", "protocol", "state", "done", "what differs"], stretch=4)
        Hint(self.list, "Nothing is queued: set the parameters, then add them to the queue.")
        self.total, self.left, self.progress = label("", "line"), Message(lines=2), QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setToolTip("How far the experiment that runs now is.")
        self.pause_button = button("Pause", self.pause_or_resume, "Hold the queue, field at zero (Ctrl+P)")
        move = [button("↑", lambda: self._move(-1), "Earlier"), button("↓", lambda: self._move(1), "Later")]
        for each in move:
            each.setFixedWidth(28)
        more = [
            button("Edit", self.edit, "Change the marked experiment while it waits"),
            button("Copy", self._copy, "Queue the marked experiment once more"),
            button("Remove", self._remove, "Take the marked experiment out of the queue"),
        ]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.total)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.progress)
        layout.addWidget(self.left)
        layout.addLayout(row(self.pause_button, *move, *more, None))
        hub.listen(QueueChanged, lambda event: self.refresh())
        hub.listen(JobChanged, self._job)
        hub.listen(RunEnded, lambda event: self.refresh())
        self.refresh()

    def pause_or_resume(self) -> None:
        """Hold the queue, or go on."""
        queue = self._session.queue
        if queue.holds:
            queue.resume()
        else:
            queue.pause()

    def edit(self) -> None:
        """Open the marked experiment in the form, if it waits."""
        experiment = self.marked()
        if experiment is not None and experiment.state is State.QUEUED:
            self._edit(experiment)

    def marked(self) -> Experiment | None:
        """Give the marked experiment."""
        index, items = self.list.currentRow(), self._session.queue.items
        return items[index] if 0 <= index < len(items) else None

    def refresh(self) -> None:
        """Show the queue as it is."""
        queue = self._session.queue
        items, waits = queue.items, len(queue.waiting)
        self.pause_button.setText("Resume" if queue.holds else "Pause")
        if queue.holds and waits and queue.current is None:
            self.left.setText(f"held: {waits} wait; Resume starts them on the bench that is connected")
        self.total.setText(total_text(queue.waiting))
        self.total.setVisible(bool(self.total.text()))
        rows = [
            [e.number, e.label, e.state, f"{e.done}/{e.total}" if e.total else "", differs]
            for e, differs in zip(items, what_differs(items), strict=True)
        ]
        fill(self.list, rows)
        for index, experiment in enumerate(items):
            self.list.item(index, 2).setToolTip(as_hint(experiment.reason))  # type: ignore[union-attr]

    def _job(self, event: JobChanged) -> None:
        if event.kind not in ("run", "deploy"):
            return
        self.progress.setValue(round(1000 * event.fraction))
        current = self._session.queue.current
        left = current.seconds_left if current else None
        told = "" if left is None else f", {duration(left)} left"
        self.left.setText(f"{event.label}: {event.text or event.state}{told}")
        if event.state == State.RUNNING:
            self.refresh()

    def _move(self, by: int) -> None:
        if experiment := self.marked():
            self._session.queue.move(experiment, by)
            self.list.setCurrentCell(self._session.queue.items.index(experiment), 0)

    def _copy(self) -> None:
        if experiment := self.marked():
            self._session.queue.repeat(experiment)

    def _remove(self) -> None:
        if experiment := self.marked():
            self._session.queue.remove(experiment)


def total_text(waiting: list[Experiment]) -> str:
    """Say how long all that waits takes, as far as that is known."""
    if not waiting:
        return ""
    known = [each.estimate_s for each in waiting if each.estimate_s is not None]
    unknown = len(waiting) - len(known)
    told = f", about {duration(sum(known))}" if known else ""
    rest = f" and {unknown} whose time is not known" if unknown and known else ""
    return f"{len(waiting)} wait{'s' * (len(waiting) == 1)}{told}{rest}"


def duration(seconds: float) -> str:
    """Write seconds as a person would say them."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
