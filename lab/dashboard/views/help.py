"""The keys and what the mouse does in plots: one table that makes the shortcuts and the help."""

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtWidgets import QMessageBox, QWidget

MOUSE = (
    ("wheel", "zoom about the pointer; over an axis only that axis"),
    ("left drag", "move the picture; live plots then stop following (F follows again)"),
    ("right drag", "stretch"),
    ("right click", "menu: see all, export as picture or CSV"),
    ("click in a legend", "hide or show a curve"),
    ("pointer", "the crosshair's place, with units, bottom right"),
)


@dataclass(frozen=True)
class Shortcut:
    """A key (as Qt writes it) and what it does."""

    keys: str
    does: str


def help_text(shortcuts: Sequence[Shortcut]) -> str:
    """Write the table of keys and of the mouse as HTML."""
    rows = [f"<tr><td><b>{each.keys}</b>&nbsp;&nbsp;</td><td>{each.does}</td></tr>" for each in shortcuts]
    mouse = [f"<tr><td><b>{what}</b>&nbsp;&nbsp;</td><td>{does}</td></tr>" for what, does in MOUSE]
    return (
        f"<h3>Keys</h3><table>{''.join(rows)}</table>"
        f"<h3>In a plot</h3><table>{''.join(mouse)}</table>"
        "<p>Every input says in its tool tip what may be entered. docs/dashboard.md tells the rest.</p>"
    )


def show_help(parent: QWidget, shortcuts: Sequence[Shortcut]) -> QMessageBox:
    """Show the table beside the window, which goes on; give the dialog."""
    box = QMessageBox(parent)
    box.setWindowTitle("Keys and mouse")
    box.setText(help_text(shortcuts))
    box.setModal(False)
    box.show()
    return box
