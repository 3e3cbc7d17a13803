"""A run larger than what a fit may use: the peak of the process stays below, whatever the run's size."""

import pytest

from benchmarks.larger_than_memory import GIB, watched, write_run

FEW = ["--mean-steps", "5", "--likelihood-steps", "5", "--score-steps", "2"]
RUN_BYTES = 0.8e9
BARE_GIB = 0.45  # what Python with torch takes before any trial is read


@pytest.mark.slow
def test_a_fit_keeps_to_its_memory(tmp_path):
    write_run(tmp_path / "run.zarr", RUN_BYTES)
    out = str(tmp_path / "twin")
    found = watched("twin", "fit", str(tmp_path / "run.zarr"), "--out", out, *FEW, "--memory-gb", "0.15")
    assert found["said"]["split"]["streamed"]["stored"] * 40 * 64 * 4 == pytest.approx(RUN_BYTES, rel=0.02)
    assert found["peak_gib"] < BARE_GIB + 0.5 * RUN_BYTES / GIB
