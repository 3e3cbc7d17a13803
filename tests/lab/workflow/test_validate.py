import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from nado_lab.lab import compose
from nado_lab.lab import validation_history as trend
from nado_lab.lab.cli import validate as command
from nado_lab.lab.errors import LabError
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.workflow.draw_drives import random_drives
from nado_lab.lab.workflow.tolerances import Scored, Tolerances, load_tolerances
from nado_lab.lab.workflow.validate import ValidateRequest, validate
from nado_lab.sim_backend import open_bench
from nado_lab.sim_backend.samples.nanoring import NanoringArray
from nado_lab.sim_backend.samples.nanoring.parameters import NanoringParameters
from nado_lab.twin import Metrics
from nado_lab.twin.records.metrics import Figures

from tests.lab.cli.command_line import call


def request_for(twin, specimen=3, **options):
    """Validate a twin on a specimen of the nanorings, always with the same drives."""
    sizes = {"sequences": 6, "repeats": 8, "steps": 8, "seed": 1} | options
    return ValidateRequest(twin, SetupSource("sim:nanoring", specimen), **sizes)


@pytest.fixture
def twin(true_twin, tmp_path):
    """Copy the twin, so that every test has a trend of its own."""
    return shutil.copytree(true_twin, tmp_path / "device.twin")


def rings_of_thicker_wire(kind, **options):
    """Build the bench with rings whose walls depin at fields a tenth higher."""
    usual = NanoringParameters()
    thicker = replace(usual, depinning_field_t=1.1 * usual.depinning_field_t)
    return open_bench(kind, sample=NanoringArray(seed=3, thermal_seed=3, parameters=thicker), **options)


def test_a_true_twin_passes_on_its_specimen_and_fails_on_another(twin, tmp_path, benches, monkeypatch):
    out = tmp_path / "runs"
    passed = validate(request_for(twin, out=out))
    assert not passed.failed, passed.checks
    with monkeypatch.context() as patch:
        patch.setattr(compose, "simulated_bench", rings_of_thicker_wire)
        failed = validate(request_for(twin))
    assert failed.failed, failed.checks
    assert {check.what: check.failed for check in failed.checks}["mean_ratio"]
    assert [entry["verdict"] for entry in trend.history(twin)] == [passed.verdict, "FAILS"]
    for bench in benches:
        assert abs(bench.world.field()).max() < 1e-7
        assert not bench.world.sources_on()
    for check in passed.checks:  # within tolerance only where the whole interval is
        assert check.passed is check.verdict.startswith("within tolerance")
        assert check.passed or "more sequences" in check.verdict
        assert check.low < check.came < check.high
    with xr.open_datatree(out / "random.zarr", engine="zarr", consolidated=False) as tree:
        assert tree["primary"]["readout"].sizes["trial"] == 6 * 8
    with pytest.raises(LabError, match="exists already; choose another --out or remove it"):
        validate(request_for(twin, out=out))


def test_drives_of_a_network_are_tried_beside_random_ones(demo, tmp_path):
    twin = shutil.copytree(demo[0] / "device.twin", tmp_path / "device.twin")
    network = demo[0] / "networks" / "noise_aware.net"
    report = validate(request_for(twin, sequences=2, repeats=4, network=network))
    assert set(report.scores) == {"random", "network"}
    assert {check.drives for check in report.checks} == {"random", "network"}


def test_command_line_says_by_its_exit_status_whether_the_twin_passed(twin, tmp_path):
    size = ("--sequences", "4", "--repeats", "4", "--steps", "8", "--specimen", "3", "--drive-seed", "1")
    lax, strict = tmp_path / "lax.toml", tmp_path / "strict.toml"
    lax.write_text("mean_ratio = 50\nstd_ratio = 50\nautocov_ratio = 50\nleast_coverage90 = 0.1\n")
    strict.write_text("mean_ratio = 0.01\n")
    for file, status in ((lax, 0), (strict, 1)):
        how = ("--setup", "sim:nanoring", "--tolerances", file, "--json")
        done = call(command, "validate", twin, *size, *how)
        assert done.exit_code == status, done.output
        assert json.loads(done.stdout)["passed"] is (status == 0)
    shown = call(command, "validate", twin, "--history", "--json")
    assert [entry["passed"] for entry in json.loads(shown.stdout)["history"]] == [True, False]


def test_wrong_tolerances_are_named(tmp_path):
    file = tmp_path / "t.toml"
    file.write_text("mean_ration = 2\n")
    with pytest.raises(LabError, match="mean_ration"):
        load_tolerances(file)
    file.write_text("mean_ratio = \n")
    with pytest.raises(LabError, match="not valid TOML"):
        load_tolerances(file)
    with pytest.raises(LabError, match="cannot be read"):
        load_tolerances(tmp_path / "none.toml")


def test_coverage_that_is_too_good_fails_too():
    errors = {"mean_error": 1.0, "std_error": 1.0, "autocov_error": 1.0}
    rest = dict.fromkeys(("crps", "energy_score", "coverage50", "lag1_measured", "lag1_twin", "r2"), 0.5)
    figures = Figures(**errors, **rest, coverage90=1.0)
    metrics = Metrics(**vars(figures), floor=figures)
    checks = Tolerances().judge(Scored(metrics, (metrics,) * 4, 4, 10.0), "random")
    assert [check.passed for check in checks] == [True, True, True, False]
    assert [check.failed for check in checks] == [False, False, False, True]


def test_without_an_interval_nothing_passes():
    errors = {"mean_error": 1.0, "std_error": 1.0, "autocov_error": 1.0}
    rest = dict.fromkeys(("crps", "energy_score", "coverage50", "lag1_measured", "lag1_twin", "r2"), 0.5)
    figures = Figures(**errors, **rest, coverage90=0.9)
    metrics = Metrics(**vars(figures), floor=figures)
    checks = Tolerances().judge(Scored(metrics, (), 1, 10.0), "random")
    assert all(check.is_open and not check.passed for check in checks)


def test_a_torn_line_of_the_trend_stays_alone(tmp_path):
    twin = tmp_path / "device.twin"
    trend.append(twin, {"passed": True})
    with trend.trend_file(twin).open("a") as file:
        file.write('{"passed": fal')
    trend.append(twin, {"passed": False})
    assert [entry["passed"] for entry in trend.history(twin)] == [True, False]


def test_half_of_the_random_drives_hold_their_levels():
    drives = random_drives(np.random.default_rng(0), 40, 30, 2)
    assert drives.shape == (40, 30, 2)
    assert abs(drives).max() <= 1
    held = (np.diff(drives[..., 0], axis=1) == 0).mean(axis=1) > 0.4
    assert held.sum() == 20
