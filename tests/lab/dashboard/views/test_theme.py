"""Every text can be read on every ground of both themes: 4.5 : 1 or more (WCAG 2.1, criterion 1.4.3)."""

import pytest

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)

from nado_lab.lab.dashboard.views.theme import ABORT, THEMES


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
