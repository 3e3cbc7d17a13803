"""A setup as a stepwise twin: every step a row, episodes as trials, and a safe end whatever happens."""

import numpy as np
import pytest
import torch
from nado_lab.instruments.errors import SetupError
from nado_lab.lab.compose import open_named_setup
from nado_lab.lab.errors import LabError
from nado_lab.lab.reports.again import measure_again
from nado_lab.lab.runs import run_protocol
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.store import Run, Status
from nado_lab.lab.workflow.measure import configured
from nado_lab.lab.workflow.play_drives import AbortedError
from nado_lab.lab.workflow.stepped_bench import StepOptions, record_episodes
from nado_lab.network.stepping import StepwiseTwin, begin_trial
from nado_lab.protocols import Column

SEEN = Column("observed", ("observation",), (2,))
COST = Column("cost")
WHY = r"cannot be asked step by step: \w+"


@pytest.fixture
def setup():
    with open_named_setup("sim:memristor") as opened:
        yield opened


def drives(steps, nodes=5, seed=0):
    return torch.rand(1, nodes, steps, 1, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def test_episodes_of_a_network_are_trials_and_every_step_is_a_row(setup, tmp_path):
    answers = []

    def body(benches):
        (bench,) = benches
        assert isinstance(bench, StepwiseTwin)
        for episode, steps in enumerate((6, 4)):
            trial = begin_trial(bench)
            for step, drive in enumerate(torch.split(drives(steps, seed=episode), 1, dim=2)):
                answers.append(trial.respond(drive))
                bench.note(observed=[episode, step], cost=0.5 * step)

    (run,) = record_episodes([setup], [tmp_path / "run.zarr"], body, StepOptions(6, (SEEN, COST), count=2))
    assert run.status is Status.COMPLETE
    assert run.rows() == 2
    whole, steps = run.dataset(), run.dataset("steps")
    assert whole["length"].values.tolist() == [6, 4]
    assert whole["sequence"].values.tolist() == [0, 1]
    assert steps["sequence"].values.tolist() == [0] * 6 + [1] * 4
    assert steps["step"].values.tolist() == [*range(6), *range(4)]
    np.testing.assert_allclose(whole["drive"].values[0, :5], drives(6).numpy()[0])
    assert np.all(whole["drive"].values[0, 5:] == -1)
    assert np.isnan(whole["readout"].values[1, :, 4:]).all()
    assert not np.isnan(whole["readout"].values[0]).any()
    np.testing.assert_allclose(steps["readout"].values[:6, :5], torch.cat(answers[:6], 2)[0].transpose(0, 1))
    np.testing.assert_allclose(whole["input"].values[0], setup.inputs_of(whole["drive"].values[0]))
    np.testing.assert_allclose(whole["observed"].values[1, :4], [[1, 0], [1, 1], [1, 2], [1, 3]])
    np.testing.assert_allclose(steps["cost"].values[6:], [0, 0.5, 1, 1.5])
    np.testing.assert_allclose(np.diff(steps["begun"].values[:6]), setup.step_period_s, rtol=1e-6)
    assert np.all(steps["latency"].values > 0)
    assert np.allclose(steps["late"].values, 0)
    assert run.metadata.notes["timing"] == "stepwise"
    assert run.metadata.notes["step_s"] == pytest.approx(setup.step_period_s)
    assert run.metadata.notes["bench"]["condition"] == "safe"


def test_what_is_not_noted_is_stored_as_unknown(setup, tmp_path):
    def body(benches):
        trial = benches[0].begin()
        trial.respond(drives(3))
        benches[0].note(cost=1.0)

    (run,) = record_episodes([setup], [tmp_path / "run.zarr"], body, StepOptions(3, (SEEN, COST)))
    steps = run.dataset("steps")
    assert np.isnan(steps["observed"].values).all()
    np.testing.assert_array_equal(steps["cost"].values, [np.nan, np.nan, 1.0])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            lambda bench: bench.begin().respond(drives(1, nodes=9)),
            "9 nodes came, the setup has 8 side",
        ),
        (lambda bench: bench.begin().respond(drives(1).repeat(2, 1, 1, 1)), "it plays one trial at a time"),
        (lambda bench: bench.begin().respond(drives(5)), "at most 4 steps"),
        (lambda bench: (bench.begin(), bench.note(cost=1.0)), "nothing can be noted"),
        (lambda bench: (bench.begin().respond(drives(1)), bench.note(reward=1.0)), "no column 'reward'"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words_and_ends_safe(setup, tmp_path, wrong, told):
    out = tmp_path / "run.zarr"
    with pytest.raises(Exception, match=told):
        record_episodes([setup], [out], lambda benches: wrong(benches[0]), StepOptions(4, (COST,)))
    run = Run.open(out)
    assert run.status is Status.FAILED
    assert run.metadata.notes["bench"]["condition"] == "safe"


def test_layers_that_share_a_setup_cannot_be_stepped_together(setup, tmp_path):
    def body(benches):
        first, second = benches[0].begin(), benches[0].begin()
        second.respond(drives(1))
        first.respond(drives(1))

    with pytest.raises(LabError, match="another one was begun on its setup"):
        record_episodes([setup], [tmp_path / "run.zarr"], body, StepOptions(4))


def test_a_wish_to_stop_in_mid_episode_ends_all_benches_safe_and_keeps_the_steps(setup, tmp_path):
    observer = Observer()

    def body(benches):
        trials = [bench.begin() for bench in benches]
        for _ in range(3):
            for trial in trials:
                trial.respond(drives(1))
        observer.stop.stop("somebody pressed stop")
        trials[0].respond(drives(1))

    outs = [tmp_path / "a.zarr", tmp_path / "b.zarr"]
    with (
        open_named_setup("sim:memristor") as other,
        pytest.raises(AbortedError, match="somebody pressed stop"),
    ):
        record_episodes([setup, other], outs, body, StepOptions(9), observer)
    for run in map(Run.open, outs):
        assert run.status is Status.ABORTED
        assert run.rows() == 0
        assert len(run.dataset("steps")["step"]) == 3
        assert run.metadata.notes["bench"]["condition"] == "safe"


def test_a_setup_that_cannot_is_refused_before_a_run_is_made(tmp_path):
    with (
        open_named_setup("sim:delay-oscillator") as setup,
        pytest.raises(SetupError, match=WHY),
    ):
        record_episodes([setup], [tmp_path / "run.zarr"], lambda _: None, StepOptions(9))
    assert not (tmp_path / "run.zarr").exists()


def test_episodes_are_replayed_step_by_step_by_the_command_that_measures_them_again(setup, tmp_path):
    out = tmp_path / "run.zarr"
    (run,) = record_episodes(
        [setup], [out], lambda benches: benches[0].begin().respond(drives(3)), StepOptions(3)
    )
    words = measure_again(run.metadata, str(out)).split()
    assert words[:3] == ["nado", "measure", "replay"]
    assert words[-6:] == ["-p", f"of={out}", "-p", "stepwise=true", "--out", "again.zarr"]
    again = configured("replay", {"of": str(out), "stepwise": "true"}, None)
    run_protocol(again, setup, tmp_path / "again.zarr")
    found = Run.open(tmp_path / "again.zarr")
    np.testing.assert_array_equal(found.dataset()["drive"], run.dataset()["drive"])
    assert found.rows("steps") == 3
    assert found.metadata.notes["timing"] == "stepwise"
