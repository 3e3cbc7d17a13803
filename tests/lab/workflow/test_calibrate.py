"""A calibration is a run like any other, and its result is computed from that run."""

import pytest
from nado_lab.instruments import load_setup
from nado_lab.instruments.setups.delay_oscillator import DelayOscillatorConfig
from nado_lab.instruments.setups.nanoring import Axis, NanoringConfig
from nado_lab.lab.compose import open_source
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs import run_protocol
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.store import Run, Status
from nado_lab.lab.workflow.calibrate import CalibrateRequest, calibrate, fit_calibration
from nado_lab.protocols import ProtocolError, configure, load_protocol

from tests.lab.observers import Watching

SETUP = SetupSource("sim:nanoring-calibration")


def test_a_calibration_is_stored_and_can_be_fitted_again(tmp_path):
    request = CalibrateRequest(SETUP, tmp_path / "new.toml", tmp_path / "run", rotations=4)
    found = calibrate(request)
    run = Run.open(tmp_path / "run")
    assert (run.status, run.rows(), run.metadata.protocol.name) == (Status.COMPLETE, 2, "calibrate_axes")
    assert run.dataset()["monitor"].shape == (2, 4, 64)
    assert fit_calibration(tmp_path / "run") == found
    assert load_setup(tmp_path / "new.toml") == found.config
    assert isinstance(found.config, NanoringConfig)
    assert found.config.axes.of(Axis.X).tesla_per_ampere == pytest.approx(2e-3, rel=1e-3)
    assert found.parts["x"]["tesla_per_ampere"] == found.config.axes.x.tesla_per_ampere
    with pytest.raises(LabError, match="choose another --out"):
        calibrate(request)


def test_a_setup_without_a_rotating_field_is_refused_and_stores_nothing(tmp_path):
    with pytest.raises(ProtocolError, match="no rotating field"):
        calibrate(CalibrateRequest(SetupSource("sim:asvi"), tmp_path / "new.toml", tmp_path / "run"))
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / "new.toml").exists()


def test_a_calibration_that_was_stopped_is_not_fitted(tmp_path):
    procedure, observer = load_protocol("calibrate_axes")(), Watching(lambda *_: observer.stop.stop("enough"))
    configure(procedure, {"rotations": 4})
    with open_source(SETUP) as setup:
        run_protocol(procedure, setup, tmp_path / "run", observer=observer)
    assert Run.open(tmp_path / "run").rows() == 1
    with pytest.raises(LabError, match="was aborted: enough"):
        fit_calibration(tmp_path / "run")


def test_a_bias_is_calibrated_from_the_mean_of_some_scans(tmp_path):
    source = SetupSource("sim:delay-oscillator", specimen=2)
    request = CalibrateRequest(source, tmp_path / "new.toml", tmp_path / "run", scans=3)
    found = calibrate(request)
    run = Run.open(tmp_path / "run")
    assert (run.status, run.rows(), run.metadata.protocol.name) == (Status.COMPLETE, 3, "bias_scan")
    assert fit_calibration(tmp_path / "run") == found
    assert load_setup(tmp_path / "new.toml") == found.config
    assert isinstance(found.config, DelayOscillatorConfig)
    phases = run.dataset()["phase"].values[:, 0]
    assert found.parts["voltage"]["phase_rad"] == pytest.approx(phases.mean(), abs=1e-3)
    assert found.config.bias[0].phase_rad == found.parts["voltage"]["phase_rad"]


def test_what_says_nothing_to_a_calibration_is_refused(tmp_path):
    source = SetupSource("sim:delay-oscillator")
    with pytest.raises(LabError, match="rotations say nothing to the calibration of the bias"):
        calibrate(CalibrateRequest(source, tmp_path / "new.toml", tmp_path / "run", rotations=3))
    with pytest.raises(LabError, match="scans say nothing to the calibration of the axes"):
        calibrate(CalibrateRequest(SETUP, tmp_path / "new.toml", tmp_path / "run", scans=3))
