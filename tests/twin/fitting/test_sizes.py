"""What the data themselves tell about the model."""

from dataclasses import replace

import torch
from nado_lab.twin import ModelSizes, Trials, alike_runs
from nado_lab.twin.fitting.initialise import suggest_spec
from nado_lab.twin.fitting.sizes import components_for, has_trial_effects, needs_memory


def lagged_device(lag, noise=0.02):
    """Make trials that answer the drive of `lag` steps ago."""
    generator = torch.Generator().manual_seed(0)
    drive = 2 * torch.rand(100, 30, 1, generator=generator) - 1
    readout = torch.roll(drive, lag, 1) + noise * torch.randn(100, 30, 1, generator=generator)
    return Trials(drive, readout)


def test_memory_is_asked_for_where_the_readout_does_not_show_the_state():
    assert not needs_memory(lagged_device(0))
    assert needs_memory(lagged_device(3))
    assert suggest_spec(lagged_device(3), ModelSizes()).hidden > 0
    assert suggest_spec(lagged_device(0), ModelSizes()).hidden == 0


def test_trials_that_differ_from_each_other_are_told(make_process):
    alike = make_process(400)
    drawn = torch.randn(400, 1, 1, generator=torch.Generator().manual_seed(1))
    unlike = replace(alike, readout=alike.readout + 3e-4 * drawn)
    assert not has_trial_effects(alike)
    assert has_trial_effects(unlike)
    assert [suggest_spec(each, ModelSizes(hidden=0)).trial_effects for each in (alike, unlike)] == [0, 1]
    assert suggest_spec(unlike, ModelSizes(hidden=0, trial_effects=0)).trial_effects == 0
    few = unlike.at(slice(0, 10))
    assert not has_trial_effects(few)


def test_very_many_steps_bear_a_memory_in_innovations_form():
    one = lagged_device(3)
    many = Trials(one.drive.repeat(70, 1, 1), one.readout.repeat(70, 1, 1))
    assert not suggest_spec(one, ModelSizes()).innovations
    assert suggest_spec(many, ModelSizes()).innovations
    assert not suggest_spec(many, ModelSizes()).noisy_readout
    for other in (ModelSizes(innovations=False), ModelSizes(sources=2), ModelSizes(substeps=2)):
        spec = suggest_spec(many, other)
        assert (spec.innovations, spec.noisy_readout) == (False, True)


def mixed(sources, noise):
    """Make 100 channels that mix readouts `sources` (trial, step, source) with noise of their own."""
    generator = torch.Generator().manual_seed(0)
    mix = torch.randn(sources.shape[-1], 100, generator=generator)
    return sources @ mix + noise * torch.randn(*sources.shape[:-1], 100, generator=generator)


def test_as_many_scores_as_the_drive_tells_of():
    generator = torch.Generator().manual_seed(0)
    drive = 2 * torch.rand(60, 30, 1, generator=generator) - 1
    told = torch.cat([drive, drive**2, torch.roll(drive, 2, 1)], -1)
    assert components_for(Trials(drive, mixed(told, 0.1))) == 3
    assert components_for(Trials(drive, mixed(torch.cat([told, 0.05 * drive**3], -1), 1e-3))) == 4
    assert components_for(Trials(drive, told)) == 3


def test_noise_that_many_channels_share_is_carried_where_it_is_large():
    generator = torch.Generator().manual_seed(0)
    drive = 2 * torch.rand(60, 30, 1, generator=generator) - 1
    noise = torch.randn(60, 30, 4, generator=generator)
    assert components_for(Trials(drive, mixed(torch.cat([drive, noise], -1), 0.01))) >= 4


def test_a_run_of_another_shape_is_told_apart():
    generator = torch.Generator().manual_seed(0)
    shape, other = torch.randn(2, 50, generator=generator)
    runs = [
        Trials(torch.zeros(1, 20, 1), gain * mean + 0.1 * torch.randn(1, 20, 50, generator=generator))
        for gain, mean in ((1.0, shape), (0.7, shape), (1.0, other), (1.3, shape))
    ]
    assert alike_runs(runs) == [0, 1, 3]
