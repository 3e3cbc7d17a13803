"""Scans: nested, inclusive, down as well as up; what never gets to is refused."""

import pytest
from nado_lab.lab.errors import LabError
from nado_lab.lab.workflow.scan import Axis, Scan


def test_the_last_axis_changes_from_run_to_run():
    scan = Scan((Axis("field_centre", 2.0, 2.2, 0.1), Axis("seed", 1, 3, 2)))
    assert scan.points() == [
        {"field_centre": 2.0, "seed": 1},
        {"field_centre": 2.0, "seed": 3},
        {"field_centre": 2.1, "seed": 1},
        {"field_centre": 2.1, "seed": 3},
        {"field_centre": 2.2, "seed": 1},
        {"field_centre": 2.2, "seed": 3},
    ]
    assert isinstance(scan.points()[0]["seed"], int)
    assert Axis("x", 3, 0, -2).values() == [3, 1]
    assert Scan().points() == [{}]


def test_a_scan_is_saved_and_read(tmp_path):
    scan = Scan((Axis("x", 0, 1, 0.25),))
    scan.write(tmp_path / "x.scan.json")
    assert Scan.read(tmp_path / "x.scan.json") == scan


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        ((Axis("x", 0, 1, 0),), "never gets to"),
        ((Axis("x", 0, 1, -0.1),), "never gets to"),
        ((Axis("x", 0, float("nan"), 1),), "never gets to"),
        ((Axis("x", 0, 1e9, 1),), "at most"),
        ((Axis("x", 0, 999, 1), Axis("y", 0, 999, 1)), "1000000 runs"),
        ((Axis("x", 0, 1, 1), Axis("x", 0, 1, 1)), "twice"),
    ],
)
def test_what_makes_no_scan_is_refused(axes, said):
    with pytest.raises(LabError, match=said):
        Scan(axes).points()
