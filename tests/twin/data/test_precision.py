"""A small signal on a large offset keeps its digits, from the trials to the twin's answers and its file."""

import pytest
import torch
from nado_lab.network import build
from nado_lab.twin import FitSettings, Trials, evaluate, fit_and_score, join, load, save

QUICK = FitSettings(mean_steps=0, likelihood_steps=30, score_steps=2)


def signal(offset, size):
    """Make 60 sequences of a leaky integrator whose readout is `offset` + `size` x."""
    generator = torch.Generator().manual_seed(0)
    drive = 2 * torch.rand(60, 20, 1, generator=generator, dtype=torch.float64) - 1
    x, out = torch.zeros(60, 1, dtype=torch.float64), []
    for u in drive.unbind(1):
        x = 0.7 * x + 0.5 * u
        out.append(x)
    noise = 0.05 * torch.randn(60, 20, 1, generator=generator, dtype=torch.float64)
    return Trials(drive, offset + size * (torch.stack(out, 1) + noise))


def test_double_precision_is_kept_only_where_single_would_blur():
    assert signal(5.0, 1e-3).readout.dtype == torch.float32
    assert signal(300.0, 1e-4).readout.dtype == torch.float64
    assert signal(1e9, 1.0).readout.dtype == torch.float64
    assert join([signal(5.0, 1e-3), signal(300.0, 1e-4)]).readout.dtype == torch.float64


@pytest.mark.parametrize(("offset", "size"), [(1e9, 1.0), (300.0, 1e-4)])
def test_an_offset_costs_a_twin_nothing(tmp_path, offset, size):
    plain, lifted = (fit_and_score(trials, QUICK) for trials in (signal(0.0, 1.0), signal(offset, size)))
    assert lifted.metrics.r2 == pytest.approx(plain.metrics.r2, abs=0.01)
    assert lifted.metrics.r2 > 0.9
    again = load(save(lifted.twin, tmp_path / "a.twin"))
    assert again.readout_mean.dtype == torch.float64
    assert evaluate(again, lifted.scored).r2 == pytest.approx(lifted.metrics.r2, abs=0.01)
    drive = lifted.scored.drive[:4]
    answers = again.respond(drive, noise=False)
    assert float((answers.detach() - offset).abs().max()) < 5 * size
    network = build(drive, 2, again, [3])
    assert torch.isfinite(network(drive, again)).all()
