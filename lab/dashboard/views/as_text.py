"""Text from outside (names of runs, channels, samples): shown as it is where Qt would read it as HTML.

pyqtgraph's titles, axes and legends are always HTML; tool tips and labels are where they look like it (Qt's
mightBeRichText, which PyQt6 has only where QtGui was imported before QtCore.Qt was first used).
"""

from html import escape


def as_html(text: str) -> str:
    """Write text so that it looks the same as HTML."""
    return escape(text, quote=False)


def as_hint(text: str) -> str:
    """Write text so that a tool tip or label, which reads what has tags as HTML, shows it as it is."""
    return f"<qt>{as_html(text)}</qt>".replace("\n", "<br>") if "<" in text else text
