"""Self-contained HTML: pictures are embedded, nothing is fetched, everything is escaped."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.figure import Figure

_TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: Any) -> str:
    """Fill a template of this folder (jinja2, autoescaped, undefined names are errors)."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template(template).render(**values)


def embed_png(figure: Figure) -> str:
    """Draw a figure as a data URI for a page."""
    return _data_uri(_png(figure))


def save_png(figure: Figure, path: Path) -> str:
    """Write a figure as PNG and return it as a data URI for a page."""
    drawn = _png(figure)
    path.write_bytes(drawn)
    return _data_uri(drawn)


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130)
    return buffer.getvalue()


def _data_uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
