"""A drifted device is followed again from a few dozen steps."""

from dataclasses import replace

import pytest
import torch
from nado_lab.twin import (
    DataError,
    FitSettings,
    ModelSizes,
    Start,
    Trials,
    evaluate,
    fit,
    load,
    recalibrate,
    save,
)


@pytest.fixture(scope="module")
def device(process):
    """Fit a twin to a process; measure it again with the gain and offset of a drifted sample."""
    small = ModelSizes(hidden=4, width=16)
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


def test_a_drive_that_acts_as_another_is_found_again(make_twin):
    twin = make_twin(ports=2, hidden=0)
    with torch.no_grad():
        twin.sde.field.to_drift.weight.mul_(20)
        twin.sde.field.set_linear(torch.zeros(2), state=-0.7 * torch.eye(2))
    generator = torch.Generator().manual_seed(0)
    drive = 2 * torch.rand(6, 20, 2, generator=generator) - 1
    gain, shift = torch.tensor([0.9, 1.1]), torch.tensor([0.1, -0.15])
    readout = twin.respond(drive * gain + shift, noise=False).detach()
    readout += 0.002 * torch.randn(readout.shape, generator=generator)
    trials = Trials(drive, readout, torch.zeros(6, 2), channels=("a", "b"), units=("V", "V"))
    again = recalibrate(twin, trials)
    found = again.card.recalibrated
    assert found.drive_moved
    assert found.drive_gain == pytest.approx(gain.tolist(), abs=0.05)
    assert found.drive_shift == pytest.approx(shift.tolist(), abs=0.05)
    missed = [(each.respond(drive, noise=False) - readout).detach().square().mean() for each in (again, twin)]
    assert missed[0] < 0.1 * missed[1]


def test_a_moved_drive_is_the_same_answer_to_another_drive(make_twin):
    twin, moved = make_twin(ports=2), make_twin(ports=2)
    gain, shift = torch.tensor([0.9, 1.2]), torch.tensor([0.1, -0.3])
    moved.sde.field.move_drive(gain, shift)
    drive, start = torch.rand(3, 6, 2), twin.default_start(3)
    same = Start(start.components, start.drive * gain + shift)
    answers = moved.paths(drive, noise=False), twin.paths(drive * gain + shift, same, noise=False)
    torch.testing.assert_close(*answers, atol=1e-5, rtol=1e-5)


def test_repeats_tell_the_spread(device):
    twin, measure = device
    trials = measure(4, repeats=20, seed=3)
    mean = trials.readout.unflatten(0, (4, 20)).mean(1, keepdim=True).expand(-1, 20, -1, -1).flatten(0, 1)
    wider = replace(trials, readout=mean + 1.5 * (trials.readout - mean))
    drive, spreads = trials.drive[:1].expand(1000, -1, -1), []
    for each in (trials, wider):
        drawn = recalibrate(twin, each).respond(drive, generator=torch.Generator().manual_seed(0)).detach()
        spreads.append(float(drawn.std(0).mean()))
    assert spreads[1] == pytest.approx(1.5 * spreads[0], rel=0.05)


def test_the_twin_itself_is_unchanged_and_the_copy_can_be_saved(device, tmp_path):
    twin, measure = device
    drive = torch.rand(2, 5, 1)
    before = twin.respond(drive, noise=False)
    again = recalibrate(twin, measure(2, gain=0.5), steps=20)
    assert torch.equal(twin.respond(drive, noise=False), before)
    stored = load(save(again, tmp_path / "b.twin"))
    assert torch.equal(stored.respond(drive, noise=False), again.respond(drive, noise=False))
    assert stored.card.recalibrated.steps == 40


def test_too_few_steps_and_other_channels_are_refused(device):
    twin, measure = device
    with pytest.raises(DataError, match="at least 8 steps"):
        recalibrate(twin, measure(1), steps=3)
    with pytest.raises(DataError, match="have 1 ports and other"):
        recalibrate(twin, replace(measure(2), channels=("other",)))
    with pytest.raises(DataError, match=r"ports with .*\(V\); the trials have 1 ports and .*\(mV\)"):
        recalibrate(twin, replace(measure(2), units=("mV",)))


def test_the_observer_hears_the_folds(device, recorder):
    twin, measure = device
    recalibrate(twin, measure(2), observer=recorder)
    assert [each.share for each in recorder.seen] == pytest.approx([0.0, 0.2, 0.4, 0.6, 1.0])
