"""The one-covariance likelihood against a Kalman filter that goes step by step."""

import numpy as np
import pytest
import torch
from nado_lab.twin.losses.likelihood import likelihood, trials_numbers


def linear_twin(make_twin, **sizes):
    """Make a twin whose drift is linear and whose amplitudes are constant, in float64."""
    twin = make_twin(**({"hidden": 0, "delays": 0} | sizes)).double()
    field = twin.sde.field
    with torch.no_grad():
        field.to_drift.weight.zero_()
        field.to_noise.weight.zero_()
        field.to_noise.bias.uniform_(-1.0, 0.0)
        field.set_linear(torch.tensor([0.1, -0.2]), state=torch.tensor([[-0.3, 0.1], [0.0, -0.5]]).double())
        twin.observation.raw.fill_(-1.0)
        twin.observation.factor.fill_(0.2)
    return twin


def filtered(twin, scores, start):
    """Sum the negative log-likelihood of one row (step, score) with a textbook filter of (x, a)."""
    spec, sde = twin.spec, twin.sde
    with torch.no_grad():
        sde.hold(torch.cat([torch.zeros(spec.width), sde.field.from_drive.bias[spec.width :]])[None])
        zero = torch.zeros(1, spec.state, dtype=torch.float64)
        push = sde.f(0.0, zero)[0].numpy()
        columns = [sde.f(0.0, zero + unit)[0].numpy() - push for unit in torch.eye(spec.state).double()]
        g = sde.g(0.0, zero)[0].numpy()
        noise = twin.observation.covariance().numpy()
    move, diffuse = np.eye(spec.state) + np.stack(columns, 1), g @ g.T
    see = np.eye(spec.components, spec.state)
    m, p = np.zeros(spec.state), np.zeros((spec.state, spec.state))
    m[: spec.components], p[: spec.components, : spec.components] = start, noise
    p[spec.state - spec.trial_effects :, spec.state - spec.trial_effects :] = np.eye(spec.trial_effects)
    total = 0.0
    for y in scores:
        m, p = move @ m + push, move @ p @ move.T + diffuse
        s, v = see @ p @ see.T + noise, y - see @ m
        total += 0.5 * v @ np.linalg.solve(s, v) + 0.5 * np.linalg.slogdet(2 * np.pi * s)[1]
        gain = p @ see.T @ np.linalg.inv(s)
        m, p = m + gain @ v, p - gain @ see @ p
    return total / scores.size


@pytest.mark.parametrize(
    "sizes",
    [{}, {"sources": 0}, {"sources": 2, "taus": 2}, {"trial_effects": 2}, {"trial_effects": 1, "sources": 0}],
)
def test_it_equals_the_filter_where_the_filter_is_exact(make_twin, sizes):
    twin = linear_twin(make_twin, drive_lags=0, **sizes)
    with torch.no_grad():
        for layer in (twin.sde.field.from_drive, twin.sde.field.from_embedded):
            layer.weight.zero_()
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(3, 12, 2, generator=generator, dtype=torch.float64)
    drive, start = torch.zeros(3, 12, 1, dtype=torch.float64), twin.default_start(3)
    _give_effects(twin)
    mine = likelihood(twin, drive, scores, start, window=24)
    theirs = np.mean([filtered(twin, row.numpy(), np.zeros(2)) for row in scores])
    assert float(mine.detach()) == pytest.approx(theirs, rel=1e-9)


def _give_effects(twin):
    if twin.spec.trial_effects:
        torch.nn.init.zeros_(twin.sde.field.to_effect.weight)
        torch.nn.init.normal_(twin.sde.field.to_effect.bias)


def test_windows_of_a_trial_are_tied_by_its_numbers_exactly(make_twin):
    twin = linear_twin(make_twin, trial_effects=2, sources=0, noisy_readout=False)
    _give_effects(twin)
    torch.nn.init.normal_(twin.sde.field.first_effect)
    scores, drive = torch.randn(5, 30, 2).double(), torch.rand(5, 30, 1).double()
    whole, cut = (likelihood(twin, drive, scores, twin.default_start(5), window=n) for n in (60, 8))
    assert float(cut.detach()) == pytest.approx(float(whole.detach()), rel=1e-12)


def test_the_numbers_of_trials_are_found_from_their_paths(make_twin):
    twin = linear_twin(make_twin, trial_effects=1, sources=0, noisy_readout=False)
    _give_effects(twin)
    torch.nn.init.normal_(twin.sde.field.first_effect)
    drive, true = torch.rand(2000, 40, 1).double(), torch.randn(2000, 1).double()
    with torch.no_grad():
        paths = twin.paths(drive, twin.default_start(2000)._replace(effects=true))
    found = trials_numbers(twin, drive, paths, twin.default_start(2000))
    left = found.covariance[:, 0, 0]
    z = (found.mean - true)[:, 0] / left.sqrt()
    assert float(left.mean()) < 0.5  # they are told at all
    assert abs(float(z.mean())) < 0.15
    assert float(z.std()) == pytest.approx(1, abs=0.15)


def test_short_windows_only_lose_what_lies_between_them(make_twin):
    twin = linear_twin(make_twin)
    scores = torch.randn(20, 30, 2, dtype=torch.float64)
    drive, start = torch.rand(20, 30, 1, dtype=torch.float64), twin.default_start(20)
    whole, cut = (likelihood(twin, drive, scores, start, window=n) for n in (60, 20))
    assert float(cut.detach()) == pytest.approx(float(whole.detach()), rel=0.1)
