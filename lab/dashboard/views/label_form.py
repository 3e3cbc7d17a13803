"""What people say of runs: title, tags, notes, hidden; typed, then kept with the runs."""

from collections.abc import Sequence
from pathlib import Path

from nado_lab.lab.dashboard.models.catalogue import Entry, EntryKind
from nado_lab.lab.dashboard.models.labelling import Said
from nado_lab.lab.dashboard.views.widgets import button, label, row
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QFormLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

NOTE_PX = 60


class LabelForm(QWidget):
    """Change the labels of one run; of several, tags and whether they are hidden."""

    wanted = pyqtSignal(list, object)  # paths, Said

    def __init__(self) -> None:
        super().__init__()
        self.title, self.tags, self.notes = QLineEdit(), QLineEdit(), QPlainTextEdit()
        self.hidden, self.said = QCheckBox("hidden from the list"), label("", "faint")
        self.tags.setPlaceholderText("words to find it by")
        self.said_before = QPlainTextEdit()
        self.said_before.setReadOnly(True)
        self.notes.setTabChangesFocus(True)
        self.notes.setPlaceholderText("write a note; it is added to those below, with your name and the time")
        self.save = button("Save", self._save, "Keep this with the marked runs; their files keep their names")
        self._paths: list[Path] = []
        form = QFormLayout()
        for name, widget in (
            ("name", self.title),
            ("tags", self.tags),
            ("note", self.notes),
            ("", self.hidden),
        ):
            form.addRow(name, widget)
        self.notes.setMaximumHeight(NOTE_PX)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addLayout(row(self.save, self.said))
        layout.addWidget(label("notes so far", "faint"))
        layout.addWidget(self.said_before, 1)
        self.show_entries([])

    def show_entries(self, marked: Sequence[Entry]) -> None:
        """Show the labels of the marked runs; what is being typed about the same ones stays."""
        runs = [entry for entry in marked if entry.kind is EntryKind.RUN]
        if runs and [each.path for each in runs] == self._paths and self._is_typed():
            return
        self._paths, one = [each.path for each in runs], runs[0] if len(runs) == 1 else None
        self.title.setText(one.title if one else "")
        self.notes.clear()
        self.said_before.setPlainText("\n".join(one.remarks) if one else "")
        common = [tag for tag in runs[0].tags if all(tag in each.tags for each in runs)] if runs else []
        self.tags.setText(" ".join(common))
        self.hidden.setChecked(bool(runs) and all(each.hidden for each in runs))
        self.title.setEnabled(one is not None)
        for widget in (self.tags, self.notes, self.hidden, self.save):
            widget.setEnabled(bool(runs))
        self.said.setText(_told(len(runs)))
        self._before = self._typed()

    def _is_typed(self) -> bool:
        return self._typed() != self._before

    def _typed(self) -> tuple[str, str, str, bool]:
        return self.title.text(), self.tags.text(), self.notes.toPlainText(), self.hidden.isChecked()

    def _save(self) -> None:
        title, tags, notes, hidden = self._typed()
        said = Said(title if self.title.isEnabled() else None, notes, tags, self._before[1], hidden)
        self.notes.clear()
        self._before = self._typed()
        self.wanted.emit(list(self._paths), said)


def _told(runs: int) -> str:
    if runs == 1:
        return ""
    return (
        f"{runs} runs: tags that all have; a note is added to each"
        if runs
        else "Mark a run: its name, tags and notes stand here."
    )
