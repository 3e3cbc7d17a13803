"""Numbers of a trial's own: drawn once a trial, and spread as those of the fitted trials."""

import torch
from nado_lab.twin import FitSettings, ModelSizes, fit, load, save
from nado_lab.twin.model.trial_effects import KEPT, TrialEffects


def test_before_a_fit_they_are_normal_and_afterwards_as_they_were_seen():
    effects, generator = TrialEffects(1), torch.Generator().manual_seed(0)
    drawn = effects.draw(4000, generator)
    assert abs(float(drawn.mean())) < 0.05
    assert abs(float(drawn.std()) - 1) < 0.05
    jumped = torch.where(torch.arange(3000) % 20 == 0, 4.3, -0.226)[
        :, None
    ]  # a twentieth of the time elsewhere
    effects.keep(jumped, torch.full((1,), 0.1))
    drawn = effects.draw(4000, generator)
    assert abs(float((drawn > 2).float().mean()) - 0.05) < 0.015
    assert float(effects.seen.std()) > 0.9
    assert effects.seen.shape == (KEPT, 1)


def test_a_trial_keeps_its_number_and_without_noise_it_has_none(make_twin):
    twin = make_twin(trial_effects=1, sources=0).eval()
    with torch.no_grad():
        twin.sde.field.to_effect.bias.fill_(0.5)
        twin.sde.field.to_noise.bias.fill_(-12.0)
        drive = torch.zeros(200, 12, 1)
        paths = twin.paths(drive, generator=torch.Generator().manual_seed(0))
        quiet = twin.paths(drive, noise=False)
    moved = (paths - quiet)[..., 0]
    assert float(torch.corrcoef(moved[:, [3, 11]].T)[0, 1]) > 0.98
    assert float(quiet.std(0).max()) < 1e-6


def test_a_trial_asked_step_by_step_draws_it_once(make_twin):
    twin = make_twin(trial_effects=2).eval()
    drive = 2 * torch.rand(6, 9, 1) - 1
    with torch.no_grad():
        whole = twin.respond(drive, generator=torch.Generator().manual_seed(3))
        trial = twin.begin(generator=torch.Generator().manual_seed(3))
        first = trial.respond(drive[:, :1])
    stepped = twin.effects.draw(6, torch.Generator().manual_seed(3))
    again = twin.with_effects(twin.default_start(6), torch.Generator().manual_seed(3))
    assert torch.equal(again.effects, stepped)
    assert first.shape == whole[:, :1].shape


def test_a_device_that_is_another_in_some_trials_is_answered_so(make_process, tmp_path):
    trials = make_process(600)
    state = (torch.rand(600, 1, 1, generator=torch.Generator().manual_seed(2)) < 0.1).float()
    for step in range(trials.readout.shape[1]):  # its rest is moved: x' = 0.7 x + 0.3 (0.8 mV)
        trials.readout[:, step] += 8e-4 * state[:, 0] * (1 - 0.7 ** (step + 1))
    twin = fit(trials, FitSettings(likelihood_steps=300, model=ModelSizes(hidden=0)))
    assert twin.spec.trial_effects == 1
    twin = load(save(twin, tmp_path / "two_states.twin"))
    drive = torch.zeros(4000, 20, 1)
    with torch.no_grad():
        late = twin.respond(drive, generator=torch.Generator().manual_seed(4))[:, 10:, 0].mean(1) - 5.0
    share = float((late > 5e-4).float().mean())
    assert 0.05 < share < 0.16, share
