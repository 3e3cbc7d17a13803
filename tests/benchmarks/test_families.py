"""The benchmark of a family closes the loop, small, on a bench without magnets."""

import json
import sys

import pytest

from benchmarks import families


@pytest.mark.slow
def test_a_family_goes_through_the_whole_loop(monkeypatch, capsys):
    arguments = ["families", "--setup", "sim:delay-oscillator", "--quick", "--json"]
    monkeypatch.setattr(sys, "argv", arguments)
    families.main()
    found = json.loads(capsys.readouterr().out)
    (ratios,) = found["twins"].values()
    assert set(found["worst_twin"]) <= set(ratios)
    assert [row["variant"] for row in found["networks"]] == ["noise-aware", "deterministic", "reservoir"]
    assert {"ridge on the raw input", "noise-aware"} <= set(found["summary"])


def test_means_stand_with_their_standard_errors():
    assert families.mean_of([1.0, 3.0]) == [2.0, 1.0]
    assert families.mean_of([0.5]) == [0.5]
