"""What is said of a run before it is measured: name, folder, sample, operator, note, tags."""

from nado_lab.lab.dashboard.models.experiment import About
from nado_lab.lab.store import tags_in
from PyQt6.QtWidgets import QFormLayout, QGroupBox, QLineEdit

HINTS = {
    "name": "what the run is called",
    "folder": "below the folder of runs",
    "sample": "as the setup says",
    "operator": "who is logged in",
    "note": "anything to remember",
    "tags": "words to find it by",
}
KEPT = ("folder", "sample", "operator")
"""What stays from one day to the next."""


class AboutForm(QGroupBox):
    """Inputs that may all stay empty."""

    def __init__(self) -> None:
        super().__init__("About the run")
        self.inputs = {name: QLineEdit() for name in HINTS}
        form = QFormLayout(self)
        form.setVerticalSpacing(4)
        for name, each in self.inputs.items():
            each.setPlaceholderText(HINTS[name])
            form.addRow(name, each)

    def about(self) -> About:
        """Give what was typed."""
        text = {name: each.text().strip() for name, each in self.inputs.items()}
        tags = tags_in(text["tags"])
        return About(text["name"], text["folder"], text["sample"], text["operator"], text["note"], tags)

    def show_about(self, about: About) -> None:
        """Fill it in."""
        said = (about.title, about.folder, about.sample, about.operator, about.remark, " ".join(about.tags))
        for each, text in zip(self.inputs.values(), said, strict=True):
            each.setText(text)

    def kept(self) -> dict[str, str]:
        """Give what is to be there again tomorrow."""
        return {name: self.inputs[name].text() for name in KEPT}

    def restore(self, kept: dict[str, str]) -> None:
        """Fill in what was kept."""
        for name in KEPT:
            self.inputs[name].setText(str(kept.get(name, "")))
