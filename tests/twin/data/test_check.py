"""The data check: each kind of bad data is found and left out; good data is let through as it is."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from nado_lab.port import Port
from nado_lab.twin import DataError, Finding, FindingKind, FitSettings, Trials, fill_gaps, fit_and_score
from nado_lab.twin.data.check import check, follows_drive, usable, without_bad
from nado_lab.twin.data.follows import explained

QUICK = FitSettings(mean_steps=0, likelihood_steps=4, score_steps=2)


def leaky(trials=1, steps=480, channels=2, seed=0, noise=0.02):
    """Make trials of a leaky integrator of a random drive, without a defined start."""
    rng = np.random.default_rng(seed)
    drive = rng.uniform(-1, 1, (trials, steps, 1))
    x, out = np.zeros((trials, 1)), []
    for u in drive.transpose(1, 0, 2):
        x = 0.7 * x + 0.5 * u
        out.append(np.concatenate([x + 0.3 * at * x**2 for at in range(channels)], 1))
    readout = np.stack(out, 1) + noise * rng.standard_normal((trials, steps, channels))
    return Trials(torch.as_tensor(drive), torch.as_tensor(readout, dtype=torch.float32))


def kinds(trials):
    return [each.kind for each in trials.findings]


def test_good_trials_pass_as_they_are():
    trials = leaky(trials=12, steps=40)
    checked = check(trials)
    assert checked.findings == ()
    assert checked.bad is None
    assert checked.readout is trials.readout or torch.equal(checked.readout, trials.readout)


def test_one_drive_far_from_all_others_is_a_glitch():
    trials = leaky()
    drive = trials.drive.clone()
    drive[0, 200] = -15.7
    checked = check(replace(trials, drive=drive))
    assert kinds(checked) == [FindingKind.DRIVE_GLITCH]
    assert "-15.7 at trial 0 step 200; the others lie from -0.99" in str(checked.findings[0])
    assert checked.bad.nonzero().tolist() == [[0, 200]]
    left = usable(checked)
    assert float(left.drive.min()) >= -1
    assert len(left) > 10  # pieces of the one long trial


def test_rare_pulses_are_no_glitches():
    drive = torch.zeros(1, 400, 1)
    drive[0, [50, 300]] = 1.0
    trials = Trials(drive, torch.randn(1, 400, 1) * 0.01 + drive * 5)
    assert kinds(check(trials)) == []


def test_a_reading_far_out_is_a_glitch_unless_the_drive_or_the_repeats_explain_it():
    trials = leaky(trials=20, steps=40)
    readout = trials.readout.clone()
    readout[3, 7, 1] = 80.0
    checked = check(replace(trials, readout=readout))
    assert kinds(checked) == [FindingKind.READOUT_GLITCH]
    assert "channel_1 at trial 3 step 7: 80" in checked.findings[0].text
    repeats = leaky(trials=1, steps=40).at(torch.zeros(20, dtype=torch.long))
    readout = repeats.readout.clone()
    readout[:, 7, 1] = 80.0 + 0.1 * torch.randn(20)
    assert FindingKind.READOUT_GLITCH not in kinds(check(replace(repeats, readout=readout)))


def test_channels_that_never_change_are_left_out_and_all_of_them_are_refused():
    trials = leaky(trials=8, steps=20)
    readout = trials.readout.clone()
    readout[..., 1] = 3.25
    still = replace(trials, readout=readout, units=("V", "V"))
    checked = check(still)
    assert checked.channels == ("channel_0",)
    assert [str(each) for each in checked.findings] == ["constant channel: channel_1 always reads 3.25 V"]
    assert check(still, keep_channels=True).channels == still.channels
    done = fit_and_score(still, QUICK)
    assert done.twin.channels == ("channel_0",)
    assert done.twin.card.data[0].channels == ("channel_1",)
    with pytest.raises(DataError, match="no channel ever changes"):
        usable(replace(trials, readout=torch.ones_like(readout)))


def test_a_still_channel_that_is_kept_spoils_no_score():
    trials = leaky(trials=12, steps=20)
    readout = trials.readout.clone()
    readout[..., 1] = 3.25
    done = fit_and_score(check(replace(trials, readout=readout), keep_channels=True), QUICK)
    assert done.twin.channels == ("channel_0", "channel_1")
    assert np.isfinite(done.metrics.r2)
    assert np.isfinite(done.metrics.crps)
    answers = done.twin.respond(trials.drive[:2], noise=False).detach()
    torch.testing.assert_close(answers[..., 1], torch.full((2, 20), 3.25), atol=0.5, rtol=0)


def test_trials_of_one_step_are_refused_in_a_line():
    trials = leaky(trials=30, steps=1)
    assert FindingKind.TOO_SHORT in kinds(check(trials))
    with pytest.raises(DataError, match="trials of one step hold no dynamics"):
        fit_and_score(trials, QUICK)


def test_a_drive_that_never_changes_is_said():
    trials = leaky(trials=12, steps=20)
    assert kinds(check(replace(trials, drive=torch.full_like(trials.drive, 0.5)))) == [
        FindingKind.CONSTANT_DRIVE
    ]


@pytest.mark.parametrize("size", [(1, 480), (24, 20)])
def test_readouts_that_belong_to_other_drives_are_found(size):
    trials = leaky(*size, seed=3)
    assert follows_drive(check(trials))
    order = torch.randperm(size[1] if size[0] == 1 else size[0], generator=torch.Generator().manual_seed(0))
    shuffled = trials.readout[:, order] if size[0] == 1 else trials.readout[order]
    checked = check(replace(trials, readout=shuffled))
    assert not follows_drive(checked)
    assert "by chance: do the rows belong together?" in checked.findings[0].text


def test_a_periodic_drive_is_followed_although_chance_explains_as_much():
    drive = torch.sin(torch.arange(400) * 0.3)[None, :, None]
    told = explained(Trials(drive, drive.roll(2, 1) + 0.05 * torch.randn(1, 400, 1)))
    assert told.follows
    assert told.share > 0.9


def test_too_little_to_tell_is_not_held_against_the_readout():
    assert explained(leaky(trials=3, steps=20)) is None


def test_a_repeat_that_disagrees_is_left_out():
    one = leaky(trials=2, steps=40, noise=0.0)
    trials = replace(one, sequence=torch.arange(2)).at(torch.arange(2).repeat_interleave(15))
    readout = trials.readout + 0.02 * torch.randn(30, 40, 2, generator=torch.Generator().manual_seed(0))
    readout[4] = readout[20]
    checked = check(replace(trials, readout=readout))
    assert kinds(checked) == [FindingKind.ODD_REPEAT]
    assert checked.bad.all(1).nonzero().flatten().tolist() == [4]
    assert len(usable(checked)) == 29


def test_saturation_drift_and_drives_outside_the_window_are_said():
    trials = leaky(trials=40, steps=30)
    cut = replace(trials, readout=trials.readout.clamp(max=0.5))
    assert FindingKind.SATURATED_CHANNEL in kinds(check(cut))
    moved = trials.readout + torch.linspace(0, 2, 40)[:, None, None]
    assert FindingKind.DRIFT in kinds(check(replace(trials, readout=moved)))
    wide = replace(trials, drive=trials.drive * 1.2, ports=(Port("field", "T", 0, 1),))
    assert kinds(check(wide)) == [FindingKind.OUTSIDE_WINDOW]


def test_overflows_and_no_numbers_are_marked_and_dead_channels_left_out():
    drive, readout = np.zeros((3, 4, 1)), np.arange(36.0).reshape(3, 4, 3)
    readout[0, 1, 0], readout[2, 3, 0] = 9.91e37, np.nan
    readout[:, :3, 2] = np.inf
    filled = fill_gaps(drive, readout, None, ("a", "b", "c"))
    assert filled.kept.tolist() == [True, True, False]
    assert np.argwhere(filled.bad).tolist() == [[0, 1], [2, 3]]
    assert np.isfinite(filled.readout).all()
    assert [each.kind for each in filled.findings] == [FindingKind.DEAD_CHANNEL, FindingKind.NO_NUMBER]
    assert "a at 2 of 12 steps (trial 0, 2, step 1, 3)" in filled.findings[1].text
    with pytest.raises(DataError, match="no channel holds numbers"):
        fill_gaps(drive, np.full_like(readout, np.nan), None, ("a", "b", "c"))
    with pytest.raises(DataError, match="overflows"):
        Trials(torch.zeros(1, 2, 1), torch.tensor([[[1.0], [9.9e37]]]))


def test_trials_that_hold_nothing_usable_end_in_a_line():
    trials = leaky(trials=4, steps=30)
    lost = replace(trials, bad=torch.ones(4, 30, dtype=torch.bool))
    assert check(lost).checked
    with pytest.raises(DataError, match="bad steps lie too close"):
        usable(lost)
    assert check(leaky(trials=1, steps=1)).findings[-1].kind is FindingKind.TOO_SHORT


def test_where_most_trials_hold_a_bad_step_the_pieces_between_are_used():
    trials = leaky(trials=3, steps=200)
    bad = torch.zeros(3, 200, dtype=torch.bool)
    bad[:, 100] = True
    left = without_bad(replace(trials, bad=bad))
    assert left.bad is None
    reach = left.origin[:, 1] + left.drive.shape[1]
    assert ((reach <= 100) | (left.origin[:, 1] > 100)).all()
    few = torch.zeros(3, 200, dtype=torch.bool)
    few[0, 3] = True
    assert len(without_bad(replace(trials, bad=few))) == 2


def test_what_was_found_is_kept_in_the_card_and_warns_beside_the_scores():
    trials = leaky(trials=20, steps=20)
    drive = trials.drive.clone()
    drive[3, 4] = 40.0
    done = fit_and_score(replace(trials, drive=drive), QUICK)
    assert done.twin.card.data[0].kind is FindingKind.DRIVE_GLITCH
    assert done.metrics.warnings[0].startswith("glitch in the drive: 40 at trial 3 step 4")
    assert float(done.twin.drive_high.max()) <= 1
    assert done.twin.card.from_json(done.twin.card.to_json()).data == done.twin.card.data


def test_findings_say_which_run_they_are_of():
    told = Finding(FindingKind.CLOCK, "it steps back", run="a.zarr")
    assert str(told) == "a.zarr: clock jumps: it steps back"
