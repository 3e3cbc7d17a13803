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


def save_png(figure: Figure, path: Path) -> str:
    """Write a figure as PNG and return it as a data URI for a page."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130)
    path.write_bytes(buffer.getvalue())
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
