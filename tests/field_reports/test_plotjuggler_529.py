"""PlotJuggler/PlotJuggler 529: a CSV file with a heading twice ended the program without a word."""

import pytest
from nado_lab.lab.store import StoreError
from nado_lab.lab.store.imports import import_files


def test_it_is_told_which_heading_is_there_twice(tmp_path):
    (tmp_path / "motor.csv").write_text("time,speed,torque,speed\n0,1,2,3\n")
    with pytest.raises(StoreError, match="2 columns are called 'speed'"):
        import_files([tmp_path / "motor.csv"], tmp_path / "run")
    assert not (tmp_path / "run").exists()
