import numpy as np
import pytest
import torch
from nado_lab.lab.loop.choose_drives import next_drives
from nado_lab.lab.loop.config import Choose
from nado_lab.lab.workflow.draw_drives import random_drives
from nado_lab.twin import ModelSpec, Observer, Trials, Twin, adapt


@pytest.fixture
def twin():
    torch.manual_seed(0)
    spec = ModelSpec(
        ports=1,
        channels=2,
        components=2,
        delays=0,
        drive_lags=1,
        hidden=2,
        sources=0,
        taus=1,
        diffusion_rank=1,
        observation_rank=1,
    )
    return Twin(spec, ("a", "b"), ("V", "V")).eval()


class Disagreeing:
    """Say what the drive is, times a factor that differs from twin to twin."""

    readout_std = torch.ones(1)

    def __init__(self, factor):
        self.factor = factor

    def respond(self, drive, *, noise=True):
        return self.factor * drive


def test_disagreement_takes_the_drives_that_twins_disagree_on():
    rng = np.random.default_rng(0)
    own = [np.full((40, 2, 5, 1), 0.01)]
    chosen = next_drives(
        Choose.DISAGREEMENT, 6, np.empty((5, 1)), own, [Disagreeing(1.0), Disagreeing(2.0)], rng
    )
    assert chosen.shape == (6, 5, 1)
    power = (chosen**2).mean((1, 2))
    assert power.min() > np.quantile((random_drives(rng, 400, 5, 1) ** 2).mean((1, 2)), 0.5)


def test_network_takes_only_what_the_network_sends():
    own = [np.random.default_rng(1).uniform(-1, 1, (10, 2, 5, 1))]
    chosen = next_drives(Choose.NETWORK, 6, np.empty((5, 1)), own, [], np.random.default_rng(0))
    pool = {row.tobytes() for row in own[0].reshape(-1, 5, 1)}
    assert {row.tobytes() for row in chosen} <= pool
    assert len({row.tobytes() for row in chosen}) == 6


def test_adapting_brings_a_twin_to_a_shifted_device(twin):
    drive = torch.as_tensor(random_drives(np.random.default_rng(0), 60, 8, 1)).float()
    with torch.no_grad():
        truth = 1.3 * twin.respond(drive, generator=torch.Generator().manual_seed(1)) + 0.5
    trials = Trials(drive=drive, readout=truth, initial=truth[:, 0], channels=twin.channels, units=twin.units)
    before = (twin.respond(drive, noise=False) - truth).abs().mean()
    seen = []
    observer = Observer()
    observer.progress = seen.append
    fresh = adapt(twin, trials, 20, seed=3, observer=observer)
    after = (fresh.respond(drive, noise=False) - truth).abs().mean()
    assert after < 0.5 * before
    assert (seen[-1].stage, seen[-1].share) == ("adapt", 1.0)
    again = adapt(twin, trials, 20, seed=3)
    torch.testing.assert_close(again.state_dict(), fresh.state_dict())
