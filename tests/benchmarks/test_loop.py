"""The quick form of the loop's benchmarks runs, and prints what it promises."""

import os

import pytest

PROMISED = {
    "active": ("seeds", "time_saved"),
    "closed_loop": ("mismatch", "seeds", "over_seeds"),
    "refine": ("seeds", "over_seeds"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PROMISED)
def test_quick_benchmarks_print_their_tables(run, name):
    report = run(name, "--seeds", "1")
    assert all(report[key] for key in PROMISED[name])


@pytest.mark.slow
@pytest.mark.skipif("NADO_REAL_DATA" not in os.environ, reason="needs real measurements in $NADO_REAL_DATA")
def test_the_real_two_layers(run):
    rows = run("two_layer_real")["rows"]
    assert {row["run"] for row in rows} == {"35", "11", "11, both layers twins"}
