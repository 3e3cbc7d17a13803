"""`nado twin` on imported runs: fit, evaluate, recalibrate, and the one-line refusals."""

import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from lab.cli import twin as group
from lab.store import ImportOptions, import_files
from twin import load


@pytest.fixture(scope="module")
def run(process, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    train, test = process(40, steps=10), process(4, repeats=8, steps=10, seed=1)
    np.savez(
        folder / "data.npz",
        dt=0.1,
        train_input=train.drive.numpy(),
        train_target=train.readout.numpy(),
        test_input=test.drive[::8].numpy(),
        test_target=test.readout.unflatten(0, (4, 8)).numpy(),
    )
    import_files([folder / "data.npz"], folder / "data.zarr", ImportOptions())
    return folder / "data.zarr"


def call(*arguments):
    app = typer.Typer()
    group.register(app)
    return CliRunner().invoke(app, [str(a) for a in arguments])


def test_fit_evaluate_recalibrate(run, tmp_path):
    out, again = tmp_path / "a.twin", tmp_path / "b.twin"
    fitted = call("twin", "fit", run, "--out", out, "--mean-steps", 5, "--score-steps", 2, "--json")
    assert fitted.exit_code == 0, fitted.output
    assert load(out).card["lineage"]
    scored = json.loads(call("twin", "evaluate", out, run, "--json").stdout)
    keys = {"mean_error", "std_error", "autocov_error", "crps", "energy_score", "coverage50", "coverage90"}
    assert keys | {"lag1_measured", "lag1_twin", "r2"} <= scored.keys() & scored["floor"].keys()
    call("twin", "recalibrate", out, run, "--out", again, "--steps", 9)
    assert load(again).card["recalibrated"]["steps"] > 0


def test_an_existing_output_is_refused(run, tmp_path):
    (tmp_path / "a.twin").mkdir()
    refused = call("twin", "fit", run, "--out", tmp_path / "a.twin")
    assert refused.exit_code != 0
    assert "exists" in str(refused.exception)


def test_what_is_no_twin_or_run_is_refused(run, tmp_path):
    for arguments in ([tmp_path, run], [tmp_path / "x.twin", tmp_path]):
        refused = call("twin", "evaluate", *arguments)
        assert getattr(refused.exception, "for_people", False), refused.exception
