"""Small systems with known answers, for the tests of the twin."""

import pytest
import torch
from nado_lab.twin import ModelSpec, Observer, Progress, Trials, Twin


def ornstein_uhlenbeck(sequences: int, repeats: int = 1, steps: int = 20, seed: int = 0) -> Trials:
    """Make trials of x' = 0.7 x + 0.5 u + 0.2 (1 + |u|) noise in mV about 5 V, from x = 0."""
    generator = torch.Generator().manual_seed(seed)
    drive = (2 * torch.rand(sequences, steps, 1, generator=generator) - 1).repeat_interleave(repeats, 0)
    x, out = torch.zeros(len(drive), 1), []
    for u in drive.unbind(1):
        x = 0.7 * x + 0.5 * u + 0.2 * (1 + u.abs()) * torch.randn(len(drive), 1, generator=generator)
        out.append(x)
    return Trials(
        drive,
        torch.stack(out, 1) * 1e-3 + 5.0,
        initial=torch.full((len(drive), 1), 5.0),
        sequence=torch.arange(sequences).repeat_interleave(repeats),
        channels=("voltage",),
        units=("V",),
    )


def small_twin(seed: int = 0, **sizes: int | str) -> Twin:
    """Build a twin of two channels with every kind of noise and random weights."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        given = {
            "ports": 1,
            "channels": 2,
            "components": 2,
            "delays": 1,
            "drive_lags": 1,
            "hidden": 2,
            "width": 8,
            "sources": 1,
            "taus": 2,
            "diffusion_rank": 1,
            "observation_rank": 1,
        }
        spec = ModelSpec(**(given | sizes))
        return Twin(spec, tuple("abcdefgh"[: spec.channels]), ("V",) * spec.channels)


torch.set_num_threads(1)


@pytest.fixture
def make_process():
    return ornstein_uhlenbeck


@pytest.fixture(scope="module")
def process():
    return ornstein_uhlenbeck


@pytest.fixture
def make_twin():
    return small_twin


class Recorder(Observer):
    """Keep all progress; wish to stop as `stop` says."""

    def __init__(self, stop=lambda: False):
        self.seen: list[Progress] = []
        self.stop = stop

    def progress(self, progress):
        self.seen.append(progress)

    def should_stop(self):
        return self.stop()

    def of(self, doing):
        return [each.figures for each in self.seen if each.doing == doing]


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def make_recorder():
    return Recorder
