"""Text from outside (names of runs, channels, samples): shown as it is where Qt would read it as HTML.

pyqtgraph's titles, axes and legends are always HTML; tool tips are where they look like it
(Qt::mightBeRichText).
"""

from html import escape

from PyQt6.QtCore import Qt


def as_html(text: str) -> str:
    """Write text so that it looks the same as HTML."""
    return escape(text, quote=False)


def as_hint(text: str) -> str:
    """Write text so that a tool tip shows it as it is."""
    return as_html(text) if Qt.mightBeRichText(text) else text
