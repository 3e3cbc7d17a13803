"""What is fitted, what stops the fit and what scores the twin have nothing in common."""

from dataclasses import replace

import pytest
import torch
from nado_lab.twin import (
    DataError,
    FitSettings,
    ModelSizes,
    Trials,
    evaluate,
    fit_and_score,
    join,
    split_scored,
)
from nado_lab.twin.data.split import PartRecord, split_stopping

QUICK = FitSettings(mean_steps=4, score_steps=2, model=ModelSizes(hidden=2, width=8))


def long_trial(steps, seed=0, initial=None):
    drive = 2 * torch.rand(1, steps, 1, generator=torch.Generator().manual_seed(seed)) - 1
    return Trials(drive, drive + 0.1 * torch.randn(1, steps, 1), initial, lineage=(f"run-{seed}",))


def steps_of(part):
    """Return every (long trial, step) that a part's windows hold."""
    length = part.drive.shape[1]
    return {(n, s + k) for n, s in part.origin.tolist() for k in range(length)}


def test_sequences_are_in_one_part_only(make_process):
    trials = make_process(40, repeats=3, steps=5)
    aside = split_scored(trials, seed=3)
    fitted, stopping = split_stopping(aside.training, 0.06, 3)
    numbers = [set(part.sequence.tolist()) for part in (fitted, stopping, aside.scored)]
    assert [len(n) for n in numbers] == [34, 2, 4]
    assert len(set.union(*numbers)) == 40
    assert len(fitted) + len(stopping) + len(aside.scored) == 120


@pytest.mark.parametrize("lengths", [(400,), (90,), (300, 200), (80, 60, 70, 75)])
def test_windows_of_long_trials_share_no_step(lengths):
    windows = join([long_trial(steps, seed) for seed, steps in enumerate(lengths)], window=48)
    aside = split_scored(windows, share=0.2)
    fitted, stopping = split_stopping(aside.training, 0.1, 0)
    seen = [steps_of(part) for part in (fitted, stopping, aside.scored)]
    assert all(seen)
    assert not seen[0] & (seen[1] | seen[2])
    assert not seen[1] & seen[2]
    begin = {n: windows.readout[i, 0] for i, (n, s) in enumerate(windows.origin.tolist()) if s == 0}
    assert len(begin) == len(lengths)


def test_marked_trials_are_scored_and_never_fitted(make_process):
    marks = torch.arange(60) >= 48
    trials = replace(make_process(15, repeats=4, steps=5), held_out=marks)
    broken = trials.readout.clone()
    broken[marks] = 1e6
    twins = [fit_and_score(t, QUICK).twin for t in (trials, replace(trials, readout=broken))]
    assert torch.equal(twins[0].readout_mean, twins[1].readout_mean)
    assert twins[0].card.split.scored == PartRecord(12, (12, 13, 14))
    assert twins[0].card.scored_on == "marked part"
    assert twins[0].card.metrics == evaluate(twins[0], trials.marked())


def test_what_is_scored_changes_no_weight(make_process):
    trials = make_process(30, steps=5)
    mine = torch.isin(trials.sequence, split_scored(trials).scored.sequence)
    other = replace(trials, readout=torch.where(mine[:, None, None], 9.0, trials.readout))
    one, two = fit_and_score(trials, QUICK).twin, fit_and_score(other, QUICK).twin
    assert all(torch.equal(a, two.state_dict()[name]) for name, a in one.state_dict().items())
    assert one.card.metrics.crps < two.card.metrics.crps
    split = one.card.split
    assert [len(part.sequences) for part in (split.fitted, split.stopping, split.scored)] == [25, 2, 3]


def test_too_little_for_three_parts_is_said(make_process):
    few = fit_and_score(make_process(4, steps=5), QUICK).twin
    assert few.card.scored_on == "stopping part"
    assert few.card.split.scored == PartRecord()
    repeats = make_process(1, repeats=20, steps=5)
    assert fit_and_score(repeats, QUICK).twin.card.scored_on == "scored part"
    with pytest.raises(DataError, match="two sequences"):
        split_stopping(make_process(1), 0.1, 0)


def test_the_card_tells_versions_and_duration_of_a_step(make_process):
    card = fit_and_score(replace(make_process(8, steps=5), step_s=0.027), QUICK).twin
    assert card.step_s == 0.027
    assert card.card.versions["torch"].split("+")[0] == torch.__version__.split("+")[0]  # 2.13.0+cpu
    assert {"python", "numpy", "nado-lab"} <= card.card.versions.keys()


def test_runs_with_other_steps_are_not_joined(make_process):
    with pytest.raises(DataError, match="1 s and 2 s"):
        join([make_process(4), replace(make_process(4), step_s=2.0)])
