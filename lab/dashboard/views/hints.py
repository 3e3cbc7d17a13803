"""What to do next, in the middle of what is still empty: one sentence, and a button that does it."""

from __future__ import annotations

from collections.abc import Callable

from nado_lab.lab.dashboard.views.widgets import button
from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtWidgets import QAbstractItemView, QLabel, QPushButton, QVBoxLayout, QWidget

MARGIN, MOST_MARGIN = 12, 90
Action = tuple[str, Callable[[], object]]


class Invitation(QWidget):
    """A sentence and a button over a widget; it keeps to the size of the widget until it is put away."""

    def __init__(self, over: QWidget, text: str, action: Action | None = None) -> None:
        super().__init__(over)
        self._over = over
        self.text = QLabel()
        self.text.setProperty("role", "invitation")
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button: QPushButton | None = None
        self._call: Callable[[], object] = lambda: None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addStretch(1)
        layout.addWidget(self.text)
        if action is not None:
            self.button = button(action[0], lambda: self._call())
            layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        self.offer(text, action)
        over.installEventFilter(self)
        self._place()

    def offer(self, text: str, action: Action | None = None) -> None:
        """Say and do something else."""
        self.text.setText(text)
        if action is not None and self.button is not None:
            self._call = action[1]
            self.button.setText(action[0])
            self.button.setToolTip(text)

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:
        """Keep to the size of the widget."""
        if a1 is not None and a1.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        room = self._over.rect()
        side = self._side(room.width())
        high = MARGIN if room.height() > 8 * MARGIN else 0
        self.setGeometry(room.adjusted(side, high, -side, -high))
        self.raise_()

    def _side(self, width: int) -> int:
        """Return what stays free to the left and right: the numbers of an axis stay in view."""
        return min(width // 8, MOST_MARGIN)


class Hint(Invitation):
    """An invitation over a list or a table: it goes with the first row, and comes back once all are gone."""

    def __init__(self, view: QAbstractItemView, text: str, action: Action | None = None) -> None:
        viewport = view.viewport()
        super().__init__(viewport if viewport is not None else view, text, action)
        self._view = view
        if action is None:
            self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        model = view.model()
        if model is not None:
            for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset):
                signal.connect(self._look)
        self._look()

    def _side(self, width: int) -> int:
        return MARGIN

    def _look(self) -> None:
        model = self._view.model()
        self.setVisible(model is None or model.rowCount() == 0)
        self._place()
