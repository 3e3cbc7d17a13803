"""Numbers as people read them."""

import pytest
from nado_lab.lab.si_text import bracketed, si_text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (1.454, 0.059, "1.454(59)"),
        (-0.5, 0.1, "-0.50(10)"),
        (0.0145, 0.00099999, "0.0145(10)"),
        (1454.0, 59.0, "1454(59)"),
        (1454.0, 590.0, "1450(590)"),
        (0.0, 0.02, "0.000(20)"),
        (12.0, 3.4e-4, "12.00000(34)"),
        (2.5e-9, 3e-10, "2.50(30)e-09"),
        (0.5, None, "0.5"),
        (0.5, 0.0, "0.5"),
        (float("nan"), 0.1, "nan"),
        (0.5, float("inf"), "0.5"),
    ],
)
def test_an_error_stands_in_brackets(value, error, text):
    assert bracketed(value, error) == text


def test_prefixes_suit_the_value():
    assert si_text(3.36e-3, "T") == "3.36 mT"
