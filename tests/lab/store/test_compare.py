"""Two runs compared: what was set otherwise, and how far their numbers are apart."""

import pytest
from nado_lab.lab.store import Run, compare_runs

from tests.lab.store.small_run import small_run


def test_what_was_set_otherwise_is_named_and_numbers_are_compared(tmp_path):
    one = Run.open(small_run(tmp_path / "one", steps=3, field=1.5))
    other = Run.open(small_run(tmp_path / "other", offset=0.25, steps=4))
    found = compare_runs(one, other)
    told = {each.entry: (each.one, each.other) for each in found.differences}
    assert told["protocol.parameters.steps.value"] == ("3", "4")
    assert told["protocol.parameters.field.value"] == ("1.5", "–")
    assert not any(entry.startswith(("run_id", "started", "checksums")) for entry in told)
    [apart] = found.columns
    assert (apart.column, apart.units) == ("readout", "V")
    assert apart.largest == pytest.approx(0.25)
    assert apart.rms == pytest.approx(0.25)


def test_runs_of_other_sizes_are_compared_by_what_they_hold(tmp_path):
    one, other = Run.open(small_run(tmp_path / "one")), Run.open(small_run(tmp_path / "other", rows=5))
    found = compare_runs(one, other)
    assert [(each.entry, each.one, each.other) for each in found.differences] == [("primary rows", "3", "5")]
    assert found.columns == ()
