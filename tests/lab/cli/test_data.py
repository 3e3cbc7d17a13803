"""`nado data import` passes on what was stated."""

import json

import numpy as np
import pytest
from nado_lab.lab.cli import data
from nado_lab.lab.store import Run, ports_of

from tests.lab.cli.command_line import call


def test_import_states_range_and_sample(tmp_path):
    np.savez(tmp_path / "mg.npz", field_oe=np.array([180.0, 235.0]), spectrum=np.ones((2, 3)))
    options = ("--drive-low", 100, "--drive-high", 300, "--sample", "WM", "--json")
    done = call(data, "data", "import", tmp_path / "mg.npz", "--out", tmp_path / "run", *options)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["status"] == "complete"
    run = Run.open(tmp_path / "run")
    [port] = ports_of(run.metadata)
    assert (port.low, port.high, port.unit, port.shown) == (
        pytest.approx(0.01),
        pytest.approx(0.03),
        "T",
        "Oe",
    )
    assert np.allclose(run.dataset()["drive"].values[0, :, 0], [-0.2, 0.35])
