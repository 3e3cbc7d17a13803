"""Text and curves can be seen on every ground of both themes, and told apart without seeing all colours.

Text 4.5 : 1, curves 3 : 1 (WCAG 2.1, criteria 1.4.3 and 1.4.11). Colours as protan and deutan eyes see them:
Machado, Oliveira and Fernandes, IEEE TVCG 15 (2009) 1291, severity 1; distances in CIE 1976 L*a*b*, D65.
"""

from itertools import combinations

import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)

from nado_lab.lab.dashboard.views.theme import ABORT, MARKS, THEMES


def luminance(colour):
    """Give the relative luminance that WCAG 2.1 defines."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("text", ["text", "faint", "good", "bad"])
@pytest.mark.parametrize("ground", ["window", "base", "raised"])
def test_text_can_be_read(name, text, ground):
    theme = THEMES[name]
    assert contrast(getattr(theme, text), getattr(theme, ground)) >= 4.5


@pytest.mark.parametrize("ground", [ABORT, *(theme.accent for theme in THEMES.values())])
def test_white_can_be_read_on_the_abort_button_and_on_what_is_marked(ground):
    assert contrast("#FFFFFF", ground) >= 4.5


EYES = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])


def seen(colour, eyes):
    """Give L*, a*, b* of a colour as some eyes see it."""
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(EYES[eyes] @ linear, 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("name", THEMES)
def test_curves_can_be_seen(name):
    theme = THEMES[name]
    assert min(contrast(curve, theme.base) for curve in theme.curves) >= 3


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("eyes", EYES)
def test_curves_can_be_told_apart(name, eyes):
    places = [seen(curve, eyes) for curve in THEMES[name].curves]
    apart = {
        (i, j): float(np.linalg.norm(one - other))
        for (i, one), (j, other) in combinations(enumerate(places), 2)
    }
    assert min(apart.values()) > 8
    assert min(value for (_, j), value in apart.items() if j < 5) > 14


def test_every_colour_of_a_curve_has_a_mark_of_its_own_and_a_counterpart():
    counts = {len(theme.curves) for theme in THEMES.values()}
    assert counts == {len(MARKS)} == {len(set(MARKS))}
    everything = [curve for theme in THEMES.values() for curve in theme.curves]
    assert len(set(everything)) == len(everything)
