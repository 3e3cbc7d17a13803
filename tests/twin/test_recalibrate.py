"""A drifted device is followed again from a few dozen steps."""

from dataclasses import replace

import pytest
import torch

from twin import DataError, FitSettings, evaluate, fit, load, recalibrate, save


@pytest.fixture(scope="module")
def device(process):
    """Fit a twin to a process; measure it again with the gain and offset of a drifted sample."""
    small = {"hidden": 4, "width": 16}
    fitted = fit(process(150, steps=15), FitSettings(mean_steps=100, score_steps=60, members=4, model=small))

    def measure(sequences, repeats=1, gain=1.0, offset=0.0, seed=0):
        trials = process(sequences, repeats, seed=seed)
        return replace(trials, readout=5.0 + offset + gain * (trials.readout - 5.0))

    return fitted, measure


def test_gain_and_offset_are_found_again(device):
    twin, measure = device
    drifted = measure(8, repeats=60, gain=0.7, offset=4e-4, seed=1)
    again = recalibrate(twin, measure(10, gain=0.7, offset=4e-4, seed=2))
    before, after = evaluate(twin, drifted), evaluate(again, drifted)
    assert after.mean_error < 0.5 * before.mean_error
    assert after.std_error < before.std_error


def test_a_device_that_did_not_drift_is_left_alone(device):
    twin, measure = device
    trials = measure(8, repeats=60, seed=1)
    again = recalibrate(twin, measure(80, seed=2))
    assert evaluate(again, trials).mean_error < 1.5 * evaluate(twin, trials).mean_error
    assert float(again.calibration.spread) == pytest.approx(1.0, abs=0.25)


def test_the_twin_itself_is_unchanged_and_the_copy_can_be_saved(device, tmp_path):
    twin, measure = device
    drive = torch.rand(2, 5, 1)
    before = twin.respond(drive, noise=False)
    again = recalibrate(twin, measure(2, gain=0.5), steps=20)
    assert torch.equal(twin.respond(drive, noise=False), before)
    stored = load(save(again, tmp_path / "b.twin"))
    assert torch.equal(stored.respond(drive, noise=False), again.respond(drive, noise=False))
    assert stored.card["recalibrated"]["steps"] == 40


def test_too_few_steps_and_other_channels_are_refused(device):
    twin, measure = device
    with pytest.raises(DataError, match="at least 8 steps"):
        recalibrate(twin, measure(1), steps=3)
    with pytest.raises(DataError, match="not the twin's"):
        recalibrate(twin, replace(measure(2), channels=("other",)))
