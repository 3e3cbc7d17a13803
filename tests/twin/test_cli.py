"""`nado twin` on imported runs: fit, evaluate, recalibrate, and the one-line refusals."""

import json
import sys

import numpy as np
import pytest
import typer
from nado_lab.lab.cli import twin as group
from nado_lab.lab.runs import interrupts
from nado_lab.lab.store.imports import ImportOptions, import_files
from nado_lab.twin import load
from typer.testing import CliRunner

PARTS = ("auto", "test", "train", "all")
SHORT = ("--mean-steps", 3, "--likelihood-steps", 3, "--score-steps", 2)


@pytest.fixture(scope="module")
def single_shots(process, tmp_path_factory):
    folder, trials = tmp_path_factory.mktemp("singles"), process(30, steps=6)
    np.savez(
        folder / "data.npz",
        dt=0.1,
        train_input=trials.drive.numpy(),
        train_target=trials.readout.numpy(),
    )
    import_files([folder / "data.npz"], folder / "data.zarr", ImportOptions())
    return folder / "data.zarr"


@pytest.fixture
def twin_of(tmp_path):
    """Give a function that fits a small twin to a run."""

    def make(run, *options):
        out = tmp_path / f"{len(list(tmp_path.iterdir()))}.twin"
        done = call("twin", "fit", run, *SHORT, *options, "--out", out)
        assert done.exit_code == 0, done.output
        return out

    return make


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
    card = load(out).card
    assert card.lineage
    assert load(out).step_s == 0.1
    assert (card.scored_on, card.split.scored.trials) == ("marked part", 32)
    assert card.metrics.floor.crps > 0
    scored = json.loads(call("twin", "evaluate", out, run, "--json").stdout)
    assert scored["scored_on"] == "marked part"
    assert (scored["trials"], scored["sequences"]) == (32, 4)
    keys = {"mean_error", "std_error", "autocov_error", "crps", "energy_score", "coverage50", "coverage90"}
    assert keys | {"lag1_measured", "lag1_twin", "r2"} <= scored.keys() & scored["floor"].keys()
    call("twin", "recalibrate", out, run, "--out", again, "--steps", 9)
    assert load(again).card.recalibrated.steps > 0


def test_an_existing_output_is_refused(run, tmp_path):
    (tmp_path / "a.twin").mkdir()
    refused = call("twin", "fit", run, "--out", tmp_path / "a.twin")
    assert refused.exit_code != 0
    assert "exists" in str(refused.exception)


def test_what_is_no_twin_or_run_is_refused(run, tmp_path):
    for arguments in ([tmp_path, run], [tmp_path / "x.twin", tmp_path]):
        refused = call("twin", "evaluate", *arguments)
        assert getattr(refused.exception, "for_people", False), refused.exception


def test_the_part_to_score_can_be_chosen(run, single_shots, twin_of, tmp_path):
    twin = twin_of(run)
    words = ["twin", "evaluate", twin, run, "--json", "--part"]
    trials = {part: json.loads(call(*words, part).stdout) for part in PARTS}
    counts = {"auto": 32, "test": 32, "train": 40, "all": 72}
    assert {part: found["trials"] for part, found in trials.items()} == counts
    assert "may have seen" in trials["train"]["scored_on"]
    assert "fitted to some" in trials["all"]["scored_on"]
    assert "mark no trials" in str(call("twin", "evaluate", twin, single_shots, "--part", "test").exception)
    assert call("twin", "evaluate", twin, run, "--part", "none").exit_code == 2


def test_a_run_that_was_fitted_is_scored_on_what_was_set_aside(single_shots, twin_of):
    twin = twin_of(single_shots)
    found = json.loads(call("twin", "evaluate", twin, single_shots, "--json").stdout)
    card = load(twin).card
    assert (found["scored_on"], found["sequences"]) == ("scored part", 3)
    assert found["crps"] == pytest.approx(card.metrics.crps)
    everything = twin_of(single_shots, "--scored-share", "0")
    found = json.loads(call("twin", "evaluate", everything, single_shots, "--json").stdout)
    assert "fitted to some" in found["scored_on"]


def test_a_stopped_fit_goes_on_with_resume(single_shots, tmp_path, monkeypatch):
    out, whole = tmp_path / "a.twin", tmp_path / "b.twin"
    words = ["twin", "fit", single_shots, *SHORT, "--seed", 4, "--out"]
    call(*words, whole)
    looks = iter(range(4))
    with monkeypatch.context() as patch:
        patch.setattr(interrupts.StopRequest, "__call__", lambda self: next(looks, None) is None)
        stopped = call(*words, out)
    assert "with --resume goes on" in str(stopped.exception)
    assert stopped.exit_code == 1
    assert [p.name for p in tmp_path.iterdir() if "a.twin" in p.name] == ["a.twin.fitting"]
    assert "add --resume" in str(call(*words, out).exception)
    other = call("twin", "fit", single_shots, "--resume", "--seed", 5, "--out", out)
    assert "began with seed 4" in str(other.exception)
    assert call("twin", "fit", single_shots, "--resume", "--out", out, "--json").exit_code == 0
    assert not (tmp_path / "a.twin.fitting").exists()
    files = [path / "weights.safetensors" for path in (out, whole)]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_fit_can_start_from_a_twin(single_shots, twin_of):
    first = twin_of(single_shots, "--method", "ode")
    assert load(twin_of(single_shots, "--start", first)).spec == load(first).spec
    refused = call("twin", "fit", single_shots, "--start", first, "--resume", "--out", first.parent / "x")
    assert "leave --start out" in str(refused.exception)


def test_losses_are_logged_for_tensorboard(single_shots, tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    logs = tmp_path / "logs"
    done = call("twin", "fit", single_shots, *SHORT, "--out", tmp_path / "a.twin", "--tensorboard", logs)
    assert done.exit_code == 0, done.output
    read = EventAccumulator(str(logs / "a.twin")).Reload()
    assert {"mean/held_out", "mean/best", "mean/loss", "score/held_out"} <= set(read.Tags()["scalars"])


def test_without_tensorboard_the_log_says_what_to_install(single_shots, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    done = call("twin", "fit", single_shots, "--out", tmp_path / "a.twin", "--tensorboard", tmp_path / "logs")
    assert "nado-lab[tensorboard]" in str(done.exception)
    assert done.exception.for_people


def test_a_device_that_is_not_here_is_named(run, twin_of, tmp_path):
    twin = twin_of(run, "--device", "cpu")
    for verb in (
        ("fit", run, "--out", tmp_path / "a.twin"),
        ("evaluate", twin, run),
        ("recalibrate", twin, run, "--out", tmp_path / "b.twin"),
    ):
        done = call("twin", *verb, "--device", "cuda:9")
        assert done.exit_code == 1
        assert "there is no cuda:9 here" in str(done.exception or "") + done.output
    assert not list(tmp_path.glob("[ab].twin*"))
