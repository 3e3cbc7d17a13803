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


def hall(folder):
    arrays = {"B": np.linspace(16, 36, 8), "hall": np.ones((3, 8)), "t": np.arange(8)}
    np.savez(folder / "hall.npz", **arrays)
    return folder / "hall.npz"


def test_ports_and_channels_are_named_and_kept_in_a_map(tmp_path):
    stated = ("--drive", "field=B", "--drive-units", "mT", "--channel", "h0=hall", "--axes", "repeat,step")
    kept = ("--keep-map", tmp_path / "map.toml")
    done = call(data, "data", "import", hall(tmp_path), "--out", tmp_path / "run", *stated, *kept)
    assert done.exit_code == 0, done.output
    again = ("--map", tmp_path / "map.toml")
    done = call(data, "data", "import", hall(tmp_path), "--out", tmp_path / "again", *again)
    assert done.exit_code == 0, done.output
    for name in ("run", "again"):
        run = Run.open(tmp_path / name)
        [port] = ports_of(run.metadata)
        assert (port.name, port.unit, port.low) == ("field", "T", pytest.approx(0.016))
        assert run.dataset()["channel"].values.tolist() == ["h0"]
        assert run.dataset().sizes["trial"] == 3


def test_a_file_is_looked_into(tmp_path):
    done = call(data, "data", "show", hall(tmp_path), "--json")
    assert {"name": "hall", "shape": [3, 8], "units": ""} in json.loads(done.stdout)
    assert "3 x 8" in call(data, "data", "show", hall(tmp_path)).stdout


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        (("--drive", "field="), "expected COLUMN or NAME=COLUMN"),
        (("--axes", "repeat,sideways"), "--axes sideways: expected one of trial, sequence"),
        (("--map", "no.toml"), "no.toml cannot be read"),
        (("--drive", "field=b"), "has no 'b'; it has B"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path, stated, said):
    done = call(data, "data", "import", hall(tmp_path), "--out", tmp_path / "run", *stated)
    assert said in str(done.exception)
    assert not (tmp_path / "run").exists()
