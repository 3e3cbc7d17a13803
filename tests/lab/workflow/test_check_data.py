"""Runs that hold bad data: said by `check_data`, and left out by fit, evaluate and recalibrate alike."""

import json
import shutil

import numpy as np
import pytest
from nado_lab.lab.cli import data
from nado_lab.lab.errors import LabError
from nado_lab.lab.store import Run, distinct
from nado_lab.lab.store.imports import import_files
from nado_lab.lab.workflow.check_data import check_data
from nado_lab.lab.workflow.evaluate import EvaluateRequest, evaluate
from nado_lab.lab.workflow.fit import FitRequest, fit
from nado_lab.lab.workflow.read_trials import read_trials
from nado_lab.twin import FindingKind, FitSettings, load

from tests.lab.cli.command_line import call

QUICK = FitSettings(mean_steps=0, likelihood_steps=4, score_steps=2)


@pytest.fixture
def make_run(tmp_path):
    """Import a leaky integrator under a random field, 300 steps long, after `change(field, spectrum)`."""

    def make(name="run", change=None, seed=0):
        rng = np.random.default_rng(seed)
        field = rng.uniform(180, 235, 300)
        x, out = 0.0, []
        for u in (field - 207.5) / 27.5:
            x = 0.7 * x + 0.5 * u
            out.append([x, x**2])
        spectrum = np.array(out) + 0.02 * rng.standard_normal((300, 2))
        if change:
            change(field, spectrum)
        np.savez(tmp_path / f"{name}.npz", field_oe=field, spectrum=spectrum)
        import_files([tmp_path / f"{name}.npz"], tmp_path / f"{name}.zarr")
        return tmp_path / f"{name}.zarr"

    return make


def glitch(field, spectrum):
    field[150] = -226.0


def overflow(field, spectrum):
    spectrum[40, 1], spectrum[41, 1] = 9.91e37, np.nan


def shuffle(field, spectrum):
    np.random.default_rng(1).shuffle(spectrum)


def kinds(check):
    return [each.kind for each in check.findings]


def test_a_clean_run_is_clean(make_run):
    check = check_data([make_run()])
    assert check.findings == ()
    assert check.is_clean
    assert (check.trials, check.steps, check.channels) == (1, 300, 2)


def test_a_field_that_the_supply_never_gave_neither_stretches_the_window_nor_is_fitted(make_run, tmp_path):
    run = make_run(change=glitch)
    port = Run.open(run).metadata.notes["ports"][0]
    assert port["low"] == pytest.approx(180e-4, rel=0.01)
    check = check_data([run])
    assert kinds(check) == [FindingKind.DRIVE_GLITCH, FindingKind.OUTSIDE_WINDOW][:1]
    assert "trial 0 step 150" in check.lines[0]
    done = fit(FitRequest((run,), tmp_path / "a.twin", QUICK))
    card = load(done.path).card
    assert card.data[0].kind is FindingKind.DRIVE_GLITCH
    assert float(done.twin.drive_low) > -1.01
    scored = evaluate(EvaluateRequest(done.path, (run,)))
    assert any("glitch in the drive" in line for line in scored.metrics.warnings)


def test_overflows_and_nan_stay_no_numbers_in_the_run_and_are_left_out(make_run, tmp_path):
    run = make_run(change=overflow)
    assert np.isnan(Run.open(run).dataset()["readout"].values[0, [40, 41], 1]).all()
    assert kinds(check_data([run])) == [FindingKind.NO_NUMBER]
    done = fit(FitRequest((run,), tmp_path / "a.twin", QUICK))
    assert done.twin.readout_std.max() < 10
    assert np.isfinite(done.metrics.r2)


def test_a_run_that_does_not_follow_its_drive_is_left_out_and_alone_refused(make_run, tmp_path):
    good, odd = make_run(), make_run("odd", shuffle, seed=2)
    assert kinds(check_data([odd])) == [FindingKind.NOT_DRIVEN]
    with pytest.raises(LabError, match=r"does not follow its drive.*--keep-all"):
        fit(FitRequest((odd,), tmp_path / "a.twin", QUICK))
    found = read_trials([good, odd], only_alike=True)
    assert found.undriven == (odd,)
    assert len(found.trials.lineage) == 1
    assert FindingKind.NOT_DRIVEN in [each.kind for each in found.trials.findings]
    assert len(read_trials([good, odd]).trials.lineage) == 2


def test_the_same_run_counts_once_by_its_id_and_by_what_it_holds(make_run, tmp_path):
    run = make_run()
    shutil.copytree(run, tmp_path / "copy.zarr")
    again = make_run("again")  # the same measurement, imported a second time
    other = make_run("other", seed=5)
    kept, repeated = distinct([run, tmp_path / "copy.zarr", again, other, run])
    assert [each.path for each in kept] == [str(run), str(other)]
    assert len(repeated) == 3
    found = read_trials([run, again, other])
    assert len(found.trials.lineage) == 2
    told = [str(each) for each in found.trials.findings if each.kind is FindingKind.SAME_RUN]
    assert told == ["again.zarr: the same run again: it holds what run.zarr holds; it counts once"]
    assert kinds(check_data([run, again])) == [FindingKind.SAME_RUN]


def test_the_command_says_a_line_a_finding_and_ends_with_status_one(make_run):
    run = make_run(change=glitch)
    told = call(data, "data", "check", run)
    assert told.exit_code == 1
    assert "run.zarr: glitch in the drive" in told.stdout
    report = json.loads(call(data, "data", "check", run, "--json").stdout)
    assert report["clean"] is False
    assert report["findings"][0]["steps"] == 1


def test_a_clock_that_jumps_is_said(make_run, monkeypatch):
    from nado_lab.lab.workflow import checked_run

    class Clocked:
        def dataset(self):
            import xarray as xr

            times = np.array([0.0, 1, 2, 3, 2.5, 4, 5, 300, 301])
            return xr.Dataset({"elapsed": ("trial", times)})

    told = [each.text for each in checked_run.clock_jumps(Clocked())]
    assert told[0].startswith("it steps back by 0.5 s at trial 4")
    assert told[1].startswith("295 s passed before trial 7")


def test_a_copy_of_a_file_is_imported_once_and_noted(make_run, tmp_path):
    make_run("one")
    shutil.copy(tmp_path / "one.npz", tmp_path / "two.npz")
    import_files([tmp_path / "one.npz", tmp_path / "two.npz"], tmp_path / "both.zarr")
    both = Run.open(tmp_path / "both.zarr")
    assert both.rows() == 1
    assert both.metadata.notes["left out of two.npz"] == "all of it: one.npz holds the same"


def test_runs_on_two_frequency_grids_are_joined_in_words(tmp_path):
    for name, count in (("fine", 41), ("coarse", 21)):
        rng = np.random.default_rng(count)
        field, places = rng.uniform(180, 235, 200), np.linspace(4, 8, count)
        spectrum = (field[:, None] - 200) / 30 * np.exp(-((places - 6) ** 2))
        np.savez(tmp_path / f"{name}.npz", field_oe=field, spectrum=spectrum, frequency_ghz=places)
        import_files([tmp_path / f"{name}.npz"], tmp_path / f"{name}.zarr")
    found = read_trials([tmp_path / "fine.zarr", tmp_path / "coarse.zarr"])
    assert found.trials.readout.shape == (2, 200, 21)
    assert found.trials.axis.values[0] == pytest.approx(4e9)
    told = [str(each) for each in found.trials.findings]
    assert told == [
        "channels on another grid: its 41 channels are read at 21 places of frequency from 4e+09 to 8e+09 Hz,"
        " by linear interpolation"
    ]
