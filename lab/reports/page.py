"""Self-contained HTML: pictures are embedded, nothing is fetched, everything is escaped."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib import rc_context
from matplotlib.figure import Figure
from nado_lab.lab.reports.content import Page

PICTURE_DPI = 150
_TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: object) -> str:
    """Fill a template of this folder (jinja2, autoescaped, undefined names are errors)."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template(template).render(**values)


def render_page(page: Page) -> str:
    """Write a page as HTML."""
    return render("page.html.j2", page=page, embed=embed_png, anchor=_words)


def embed_png(figure: Figure) -> str:
    """Draw a figure as a data URI for a page."""
    return _data_uri(_png(figure))


def save_pictures(page: Page, folder: Path) -> None:
    """Write every figure of a page as PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    for section in page.sections:
        for number, picture in enumerate(section.pictures, 1):
            (folder / f"{_words(section.heading)}-{number}.png").write_bytes(_png(picture.figure))


def save_figures(page: Page, folder: Path) -> list[str]:
    """Write every figure of a page as PDF, its text as text; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for section in page.sections:
        words = _words(section.heading)
        for number, picture in enumerate(section.pictures, 1):
            file = folder / f"{words}-{number}.pdf"
            with rc_context({"pdf.fonttype": 42}):
                picture.figure.savefig(file, metadata={"Title": page.title, "Subject": picture.shows})
            files.append(str(file))
    return files


def _words(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=PICTURE_DPI)
    return buffer.getvalue()


def _data_uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
