"""A twin on episodes: passes where it is right, fails on a late bias; timing and length are told."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from nado_lab.lab.errors import LabError
from nado_lab.lab.store import Run, RunMetadata, RunWriter, SetupRecord, load_trials, run_timing
from nado_lab.lab.store.episodes import best_length
from nado_lab.lab.workflow.fit import timing_of
from nado_lab.lab.workflow.on_policy import OnPolicyRequest, validate_on_policy
from nado_lab.lab.workflow.recalibrate import RecalibrateRequest, recalibrate
from nado_lab.protocols.columns import Column
from nado_lab.protocols.step_rows import NUMBER, TIMES
from nado_lab.twin import DeviceRecord, FitSettings, Trials, fit, load, save

STEPS, PERIOD = 24, 0.02


def device(drive, rng, late=0.0):
    """A leaky integrator with noise; `late` is a bias that grows with the steps."""
    state, answers = np.zeros(len(drive)), []
    for step in range(drive.shape[1]):
        state = 0.7 * state + drive[:, step, 0] + 0.05 * rng.standard_normal(len(drive))
        answers.append(state + late * step / drive.shape[1])
    return np.stack(answers, axis=1)[..., None]


def drives(count, rng):
    return rng.uniform(-1, 1, (count, STEPS, 1))


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    rng = np.random.default_rng(0)
    drive = drives(80, rng)
    trials = Trials(drive, device(drive, rng), np.zeros((80, 1)), channels=("0",), step_s=PERIOD)
    made = fit(trials, FitSettings(mean_steps=40, likelihood_steps=25, score_steps=0))
    record = DeviceRecord("bench", "leaky", "integrator")
    made.card = replace(made.card, device=record, timing="stepwise")
    return save(made, tmp_path_factory.mktemp("twin") / "device.twin")


def episodes(path, late=0.0, step_s=PERIOD, lengths=None, sample="integrator", count=12, seed=1):
    """Write a run of episodes as `Episodes` does: whole ones, and a row a step."""
    rng = np.random.default_rng(seed)
    drive = drives(count, rng)
    readout = device(drive, rng, late)
    lengths = [STEPS] * count if lengths is None else lengths
    known = RunMetadata(
        sample=sample, setup=SetupRecord(name="bench"), notes={"step_s": step_s, "timing": "stepwise"}
    )
    number = Column("sequence", dtype="int64", is_coordinate=True)
    length = Column("length", dtype="int64")
    columns = (
        number,
        Column("drive", ("step", "port"), (STEPS, 1)),
        Column("readout", ("step", "channel"), (STEPS, 1)),
        Column("initial", ("channel",), (1,)),
        length,
    )
    writer = RunWriter.create(path, known, {"primary": columns, "steps": (number, NUMBER, *TIMES)})
    for row in range(count):
        beyond = np.arange(STEPS)[:, None] >= lengths[row]
        blank = [np.where(beyond, np.nan, each[row]) for each in (drive, readout)]
        whole = {"drive": blank[0], "readout": blank[1], "initial": [0.0]}
        writer.append("primary", {"sequence": row, "length": lengths[row], **whole})
        for step in range(lengths[row]):
            late_s = 0.0 if step == 0 else 1e-3
            times = {"wall": 0.0, "begun": step * step_s, "late": late_s, "latency": 2e-3}
            writer.append("steps", {"sequence": row, "step": step, **times})
    writer.finalise("complete")
    return path


def checks_of(twin, run):
    return {check.what: check for check in validate_on_policy(OnPolicyRequest(twin, (run,))).checks}


def test_a_twin_of_the_device_passes_and_one_that_misses_a_late_bias_fails(twin, tmp_path):
    right = validate_on_policy(OnPolicyRequest(twin, (episodes(tmp_path / "right.zarr"),)))
    found = {check.what: check for check in right.checks}
    assert set(found) == {"coverage90", "error_ratio", "late_error_ratio"}
    assert not right.failed, found
    assert 0.7 < found["error_ratio"].came < 1.5
    biased = validate_on_policy(OnPolicyRequest(twin, (episodes(tmp_path / "biased.zarr", late=0.4),)))
    came = {check.what: check for check in biased.checks}
    assert came["late_error_ratio"].failed
    assert came["late_error_ratio"].came > came["error_ratio"].came > found["error_ratio"].came


def test_recalibrating_on_biased_episodes_follows_them(twin, tmp_path):
    run = episodes(tmp_path / "biased.zarr", late=0.4)
    out = tmp_path / "moved.twin"
    recalibrate(RecalibrateRequest(twin, (run,), out))
    again = episodes(tmp_path / "again.zarr", late=0.4, seed=2)
    before, after = (checks_of(each, again)["error_ratio"].came for each in (twin, out))
    assert after < before


def test_episodes_of_another_timing_or_device_are_refused_unless_that_is_meant(twin, tmp_path):
    slow = episodes(tmp_path / "slow.zarr", step_s=0.05)
    with pytest.raises(
        LabError, match=r"every 20 ms \(stepwise\); here one comes every 50 ms.*--other-timing"
    ):
        validate_on_policy(OnPolicyRequest(twin, (slow,)))
    validate_on_policy(OnPolicyRequest(twin, (slow,), other_timing=True))
    other = episodes(tmp_path / "other.zarr", sample="another")
    with pytest.raises(LabError, match="measured on sample 'another'"):
        validate_on_policy(OnPolicyRequest(twin, (other,)))
    validate_on_policy(OnPolicyRequest(twin, (other,), other_device=True))


def test_episodes_that_end_early_are_cut_to_the_length_that_keeps_most_steps(twin, tmp_path, caplog):
    lengths = [STEPS] * 6 + [20, 20, 3, 24, 2, 22]
    run = Run.open(episodes(tmp_path / "early.zarr", lengths=lengths))
    trials = load_trials(run)
    assert trials.drive.shape == (10, 20, 1)
    assert np.isfinite(trials.readout).all()
    assert trials.sequence.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 9, 11]
    assert "5 of its 12 episodes ended early; the first 20 steps are used, of the 10" in caplog.text
    validate_on_policy(OnPolicyRequest(twin, (run.path,)))
    assert best_length(np.array([0, 0])) == 0


def test_a_run_says_how_it_was_timed(tmp_path):
    path = episodes(tmp_path / "run.zarr", count=3)
    timing = run_timing(Run.open(path))
    assert (timing.mode, timing.step_s, timing.steps) == ("stepwise", PERIOD, 3 * STEPS)
    assert timing.period_s == pytest.approx(PERIOD + 1e-3)
    assert timing.latency.high == pytest.approx(2e-3)
    assert str(timing).startswith(
        "stepwise, a step every 20 ms; 72 steps: latency 2 ms (99 %: 2 ms), late by 1"
    )
    assert timing_of([path]) == "stepwise"


def test_the_card_keeps_the_timing(twin):
    assert load(twin).card.timing == "stepwise"
    assert torch.isfinite(load(twin).readout_std).all()
