"""Scoring rules: closed forms, and that the truth scores best."""

import math

import pytest
import torch
from nado_lab.twin.losses.crps import crps
from nado_lab.twin.losses.energy import energy_score


def test_crps_of_a_normal_forecast_has_its_closed_form():
    generator = torch.Generator().manual_seed(0)
    members = torch.randn(20_000, 50, generator=generator)
    truth = torch.linspace(-2, 2, 50)
    normal = torch.distributions.Normal(0.0, 1.0)
    density = torch.exp(-(truth**2) / 2) / math.sqrt(2 * math.pi)
    exact = truth * (2 * normal.cdf(truth) - 1) + 2 * density - 1 / math.sqrt(math.pi)
    torch.testing.assert_close(crps(members, truth), exact, atol=0.02, rtol=0)


def test_few_members_are_unbiased():
    generator = torch.Generator().manual_seed(1)
    members, truth = torch.randn(3, 200_000, generator=generator), torch.zeros(200_000)
    exact = math.sqrt(2 / math.pi) - 1 / math.sqrt(math.pi)
    assert float(crps(members, truth).mean()) == pytest.approx(exact, abs=0.005)


@pytest.mark.parametrize(("shift", "scale"), [(0.5, 1.0), (0.0, 0.6), (0.0, 1.6)])
@pytest.mark.parametrize("rule", [crps, energy_score])
def test_a_wrong_forecast_scores_worse(rule, shift, scale):
    generator = torch.Generator().manual_seed(2)
    truth = torch.randn(5000, 2, generator=generator)
    members = torch.randn(8, 5000, 2, generator=generator)
    assert rule(members, truth).mean() < rule(shift + scale * members, truth).mean()


def test_energy_score_sees_a_wrong_correlation():
    generator = torch.Generator().manual_seed(3)
    shared = torch.randn(20_000, 1, generator=generator)
    members = torch.randn(8, 20_000, 1, generator=generator)
    truth = shared.expand(-1, 2)
    right = members.expand(-1, -1, 2)
    wrong = torch.randn(8, 20_000, 2, generator=generator)
    assert energy_score(right, truth).mean() < energy_score(wrong, truth).mean()
