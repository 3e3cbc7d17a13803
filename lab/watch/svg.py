"""Curves as inline SVG: text is escaped, colours and dashes come from the page's style sheet."""

from __future__ import annotations

from html import escape
from math import floor, isfinite, log10

import numpy as np
from nado_lab.lab.watch.snapshot import Curve, Plot

WIDTH, HEIGHT = 480, 240
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 10, 42
TICKS = 5
Span = tuple[float, float]


def draw(plot: Plot) -> str:
    """Draw a plot as one <svg> element; the legend is the page's business."""
    xs, ys = _span([each.x for each in plot.curves]), _span([each.y for each in plot.curves], 0.05)
    parts = [*_grid(xs, ys), *(_path(index, each, xs, ys) for index, each in enumerate(plot.curves))]
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text class="axis" x="{middle:.0f}" y="{HEIGHT - 4}">{escape(plot.x_label)}</text>')
    name = escape(f"{plot.title} over {plot.x_label}")
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{name}">{"".join(parts)}</svg>'


def ticks(low: float, high: float) -> list[float]:
    """Give round numbers (1, 2, 5 times a power of ten apart) between two ends, about TICKS of them."""
    raw = (high - low) / TICKS
    power = 10.0 ** floor(log10(raw))
    step = next((power * each for each in (1, 2, 5) if power * each >= raw), power * 10)
    first = int(np.ceil(low / step - 1e-9))
    return [number * step for number in range(first, int(np.floor(high / step + 1e-9)) + 1)]


def _span(values: list[np.ndarray], margin: float = 0.0) -> Span:
    """Give the ends of what is finite, apart from each other."""
    known = [part[np.isfinite(part)] for part in values]
    known = [part for part in known if len(part)]
    if not known:
        return 0.0, 1.0
    low, high = min(float(part.min()) for part in known), max(float(part.max()) for part in known)
    room = margin * (high - low)
    if not isfinite(high - low) or high - low <= 1e-12 * max(abs(low), abs(high)):
        room = abs(high) * 0.1 or 1.0
    return low - room, high + room


def _grid(xs: Span, ys: Span) -> list[str]:
    """Draw the lines and numbers of both axes."""
    parts = []
    for value in ticks(*ys):
        y = _y(value, ys)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="tick y" x="{LEFT - 6}" y="{y + 4:.1f}">{_number(value)}</text>')
    for value in ticks(*xs):
        x = _x(value, xs)
        parts.append(f'<path class="grid" d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text class="tick" x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}">{_number(value)}</text>')
    return parts


def _path(index: int, curve: Curve, xs: Span, ys: Span) -> str:
    """Draw a curve; what is not finite leaves a gap."""
    words, pen_is_down = [], False
    for x, y in zip(curve.x.tolist(), curve.y.tolist(), strict=True):
        if not (isfinite(x) and isfinite(y)):
            pen_is_down = False
            continue
        words.append(f"{'L' if pen_is_down else 'M'}{_x(x, xs):.1f} {_y(y, ys):.1f}")
        pen_is_down = True
    dot = len(words) == 1
    drawn = "".join(words) + ("h0.01" if dot else "")
    return f'<path class="curve c{index}{" dot" if dot else ""}" d="{drawn}"/>'


def _x(value: float, xs: Span) -> float:
    return LEFT + (value - xs[0]) / (xs[1] - xs[0]) * (WIDTH - LEFT - RIGHT)


def _y(value: float, ys: Span) -> float:
    return HEIGHT - BOTTOM - (value - ys[0]) / (ys[1] - ys[0]) * (HEIGHT - TOP - BOTTOM)


def _number(value: float) -> str:
    return f"{0.0 if abs(value) < 1e-300 else value:.4g}"
