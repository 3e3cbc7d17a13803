"""What the benchmark of the plug-in template counts and complains of."""

import tomllib

from benchmarks.plugin import MEMBERS, TEMPLATE, _wrong, lines

GOOD = {"check": {"passed": True}, "supervised": True, "deploy": {"device": 0.5}}


def test_lines_of_the_package_are_counted_and_those_of_its_tests_are_not():
    counted = lines(TEMPLATE)
    assert "leaky_lab/setup.py" in counted
    assert not any("tests" in name for name in counted)
    assert sum(counted.values()) < 400


def test_what_the_template_registers_is_what_the_benchmark_looks_for():
    project = tomllib.loads((TEMPLATE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    registered = {(group, name) for group, names in project["entry-points"].items() for name in names}
    assert registered == {(f"nado.{group}", name) for group, name in MEMBERS}


def test_everything_that_is_not_as_it_should_be_is_named():
    assert _wrong(MEMBERS, GOOD, 20_000, quick=False) == []
    bad = {"check": {"passed": False}, "supervised": False, "deploy": {"device": 0.99}}
    found = _wrong(MEMBERS - {("drivers", "leaky_box")}, bad, 0, quick=False)
    assert len(found) == 5
    assert found[0] == "not a member: drivers leaky_box"
