"""`nado data import` passes on what was stated."""

import json

import numpy as np
from nado_lab.lab.cli import data
from nado_lab.lab.store import Run

from tests.lab.cli.command_line import call


def test_import_states_range_and_sample(tmp_path):
    np.savez(tmp_path / "mg.npz", field_oe=np.array([180.0, 235.0]), spectrum=np.ones((2, 3)))
    options = ("--drive-low", 100, "--drive-high", 300, "--sample", "WM", "--json")
    done = call(data, "data", "import", tmp_path / "mg.npz", "--out", tmp_path / "run", *options)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["status"] == "complete"
    run = Run.open(tmp_path / "run")
    assert run.metadata.notes["drive_map"] == {"low": 100.0, "high": 300.0, "units": "Oe"}
    assert np.allclose(run.dataset()["drive"].values[0, :, 0], [-0.2, 0.35])
