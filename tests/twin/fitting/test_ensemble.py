"""Twins that disagree say where to measure."""

import pytest
import torch
from nado_lab.twin import FitSettings, ModelSizes, TwinError, epistemic_spread, fit_ensemble, most_informative


def test_members_differ_and_disagree_most_far_from_the_data(make_process):
    small = ModelSizes(hidden=4, width=16)
    settings = FitSettings(mean_steps=60, score_steps=0, model=small)
    twins = fit_ensemble(make_process(60, steps=10), settings, count=3)
    usual = torch.rand(20, 10, 1, generator=torch.Generator().manual_seed(0)) - 0.5
    spread = epistemic_spread(twins, torch.cat([usual, 4 * torch.ones(1, 10, 1)]))
    assert spread[:20].min() > 0
    assert spread[20] > spread[:20].max()
    assert most_informative(twins, torch.cat([usual, 4 * torch.ones(1, 10, 1)]), 1).tolist() == [20]


def test_an_ensemble_has_several_twins(make_process, make_twin):
    with pytest.raises(TwinError, match="at least 2"):
        fit_ensemble(make_process(5), count=1)
    with pytest.raises(TwinError, match="candidates"):
        most_informative([make_twin(), make_twin(1)], torch.zeros(3, 4, 1), 4)


def test_the_share_runs_over_all_twins(make_process, recorder):
    settings = FitSettings(mean_steps=4, score_steps=0, model=ModelSizes(hidden=2, width=8))
    fit_ensemble(make_process(8, steps=6), settings, count=2, observer=recorder)
    shares = [each.share for each in recorder.seen]
    assert (shares[0], shares[-1], shares) == (0.0, 1.0, sorted(shares))
    assert 0.5 in shares
