"""What to do next, in the middle of a list or a table that is empty."""

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtWidgets import QAbstractItemView, QLabel

MARGIN = 12


class Hint(QLabel):
    """One sentence over a view; it goes as soon as there is a row, and comes back with the last one gone."""

    def __init__(self, view: QAbstractItemView, text: str) -> None:
        super().__init__(text, view.viewport())
        self._view = view
        self.setProperty("role", "faint")
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._follow_model()
        viewport = view.viewport()
        if viewport is not None:
            viewport.installEventFilter(self)

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:
        """Keep to the size of the view."""
        if a1 is not None and a1.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _follow_model(self) -> None:
        model = self._view.model()
        if model is not None:
            for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset):
                signal.connect(self._look)
        self._look()

    def _look(self) -> None:
        model = self._view.model()
        self.setVisible(model is None or model.rowCount() == 0)
        self._place()

    def _place(self) -> None:
        viewport = self._view.viewport()
        if viewport is not None:
            room = viewport.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
            self.setGeometry(room)
