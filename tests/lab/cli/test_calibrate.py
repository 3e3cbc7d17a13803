import json

from nado_lab.instruments import load_setup
from nado_lab.lab.cli import calibrate
from nado_lab.lab.errors import LabError

from tests.lab.cli.command_line import behind_every_setup, call
from tests.lab.cli.test_main import nado


def test_calibration_is_written_with_its_errors_and_loads_as_a_setup(tmp_path):
    out = tmp_path / "calibrated.toml"
    done = nado("calibrate", "sim:nanoring-calibration", "--out", str(out), "--json")
    assert done.returncode == 0, done.stderr
    axes = json.loads(done.stdout)["axes"]
    loaded = load_setup(out).axes
    for axis, true_gain in (("x", 2e-3), ("y", 2e-3)):
        found = axes[axis]
        assert getattr(loaded, axis).tesla_per_ampere == found["tesla_per_ampere"]
        assert 0 < found["tesla_per_ampere_error"] < 2e-6
        assert abs(found["tesla_per_ampere"] - true_gain) < 5 * found["tesla_per_ampere_error"] + 1e-6
        assert abs(found["offset_t"]) < 5 * found["offset_error_t"] + 1e-7
    assert nado("calibrate", "sim:nanoring-calibration", "--out", str(out)).returncode == 1


def test_a_folder_that_is_not_there_is_refused_before_anything_is_measured(tmp_path, monkeypatch):
    asked = behind_every_setup(monkeypatch, None)
    done = call(calibrate, "calibrate", "sim:nanoring-calibration", "--out", tmp_path / "none" / "c.toml")
    assert isinstance(done.exception, LabError)
    assert "there is no folder" in str(done.exception)
    assert asked == []
