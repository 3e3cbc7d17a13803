"""Innovations form: the likelihood against a full Gaussian, and hidden states that the scores give away."""

import math

import pytest
import torch
from nado_lab.twin.fitting.windows import LONGEST, SHORTEST, some_window
from nado_lab.twin.losses.forcing import force, start_after
from nado_lab.twin.losses.innovations import innovations
from nado_lab.twin.model.rows import Rows
from torch.distributions import MultivariateNormal

SIZES = {"innovations": True, "sources": 0, "hidden": 3, "components": 2, "diffusion_rank": 1}


def device(make_twin, **sizes):
    """Make a twin in innovations form whose hidden states and noise depend on what was measured."""
    twin = make_twin(**(SIZES | sizes))
    with torch.no_grad():
        twin.sde.field.to_noise.bias.fill_(-1.0)
        twin.sde.field.from_state.weight.mul_(5)
    return twin


def simulated(twin, rows, steps, seed=0):
    """Return drive and scores of noisy paths."""
    generator = torch.Generator().manual_seed(seed)
    drive = 2 * torch.rand(rows, steps, 1, generator=generator) - 1
    return drive, twin.paths(drive, generator=generator).detach()


def test_the_likelihood_is_that_of_a_full_gaussian(make_twin):
    twin = device(make_twin)
    drive, scores = simulated(twin, 4, 6)
    forced = force(twin, drive, scores, twin.default_start(4))
    mixed = twin.sde.field.mix * forced.shared[..., None, :]
    covariance = torch.diag_embed(forced.own.square()) + mixed @ mixed.mT
    theirs = -MultivariateNormal(torch.zeros(2), covariance).log_prob(forced.error).mean() / 2
    torch.testing.assert_close(innovations(twin, drive, scores, twin.default_start(4)), theirs)


def test_the_twin_that_made_the_paths_is_the_most_likely(make_twin):
    twin = device(make_twin)
    drive, scores = simulated(twin, 400, 20)
    start = twin.default_start(400)
    with torch.no_grad():
        true = float(innovations(twin, drive, scores, start))
        for change in (0.8, 1.25):
            other = device(make_twin)
            other.sde.field.from_state.weight.mul_(change)
            other.sde.field.to_noise.bias.add_(change - 1)
            assert float(innovations(other, drive, scores, start)) > true


@pytest.mark.parametrize("sizes", [{"delays": 0, "drive_lags": 0}, {"delays": 2, "drive_lags": 1}])
def test_measured_scores_give_the_hidden_states_away(make_twin, sizes):
    twin = device(make_twin, **sizes)
    drive = 2 * torch.rand(5, 12, 1) - 1
    noise = torch.randn(12, 1, 5, twin.spec.wiener, generator=torch.Generator().manual_seed(3))
    begin = twin.default_start(5)
    whole = twin._run(twin.drive_parts(begin.drive, drive), begin, noise)
    start = start_after(twin, begin, drive[:, :8], whole[:, :8])
    rest = twin._run(twin.drive_parts(start.drive, drive[:, 8:]), start, noise[8:])
    torch.testing.assert_close(rest, whole[:, 8:])


def test_windows_begin_anywhere_and_go_on_from_what_was_measured(make_twin):
    twin = device(make_twin)
    drive, scores = simulated(twin, 3, 30)
    rows, generator = Rows(drive, scores, scores, twin.default_start(3)), torch.Generator().manual_seed(0)
    found = [some_window(twin, rows, generator) for _ in range(40)]
    lengths = {window.drive.shape[1] for window in found}
    assert max(lengths - {30}) == LONGEST
    assert min(lengths) >= SHORTEST
    for window in found:
        if window.start.hidden is not None:
            first = next(n for n in range(30) if torch.equal(drive[:, n], window.drive[:, 0]))
            assert torch.equal(window.start.components[:, -1], scores[:, first - 1])
            assert torch.equal(window.truth, scores[:, first : first + LONGEST])


def test_paths_stay_bounded_whatever_the_weights(make_twin):
    twin = device(make_twin)
    with torch.no_grad():
        twin.sde.field.from_state.weight.mul_(20)
    drive = torch.ones(1, 300, 1)
    early, late = twin.paths(drive, noise=False).detach()[0].abs().split(150)
    assert math.isfinite(float(late.max()))
    assert late.max() <= 2 * early.max()


def test_noise_of_the_readout_lies_outside_the_basis(make_twin):
    twin = make_twin(**SIZES, channels=5)
    twin.basis.fit(torch.randn(200, 5, generator=torch.Generator().manual_seed(0)))
    scores = torch.zeros(50, 4, 2)
    noise = twin.read(scores, True, None) - twin.read(scores, False, None)
    assert noise.std() > 1e-3
    assert (noise @ twin.basis.inverse.T).abs().max() < 1e-5
    some = twin.read(scores, True, torch.Generator().manual_seed(1), torch.tensor([3, 1]))
    assert torch.equal(some, twin.read(scores, True, torch.Generator().manual_seed(1))[..., [3, 1]])
