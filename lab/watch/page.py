"""The page: one HTML document without scripts, with its style sheet inside; everything is escaped."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nado_lab.lab.runs.bench_state import age
from nado_lab.lab.text_file import shown
from nado_lab.lab.watch import svg
from nado_lab.lab.watch.snapshot import Plot, Snapshot

REFRESH_S = 5
_HERE = Path(__file__).parent


def render(snapshot: Snapshot) -> bytes:
    """Write the page of a snapshot, UTF-8."""
    template = _environment().get_template("page.html.j2")
    text = template.render(seen=snapshot, style=_style(), refresh_s=REFRESH_S, now=snapshot.taken)
    return text.encode("utf-8", errors="backslashreplace")


def policy() -> str:
    """Give the content security policy: nothing is loaded, run, framed or sent; one style, by its hash."""
    digest = base64.b64encode(hashlib.sha256(str(_style()).encode()).digest()).decode()
    allowed = f"style-src 'sha256-{digest}'; img-src data:"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@cache
def _style() -> Markup:
    """Read the style sheet, as it stands between its tags."""
    return Markup((_HERE / "page.css").read_text(encoding="utf-8"))  # noqa: S704  (a file of this package)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=_plain,
    )
    made.filters |= {
        "age": _age,
        "clock": _clock,
        "day": _day,
        "left": _left,
        "percent": _percent,
        "svg": _svg,
    }
    return made


def _plain(value: object) -> object:
    """Write out control characters and marks that turn text around; what is drawn here stays as it is."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _svg(plot: Plot) -> Markup:
    return Markup(svg.draw(plot))  # noqa: S704  (svg.draw escapes every text)


def _age(at: float, now: float) -> str:
    """Say how long ago something was; of what nobody knows, that."""
    return f"{age(now - at)} ago" if at > 0 else "nobody knows when"


def _left(seconds: float | None) -> str:
    return "not known" if seconds is None else f"about {age(seconds)}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%H:%M:%S") if at > 0 else "–"


def _day(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M") if at > 0 else "–"
