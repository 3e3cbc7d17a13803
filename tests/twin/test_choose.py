"""What the data themselves tell about the model."""

import torch

from twin import Trials, alike_runs
from twin.choose import needs_memory, scores_for
from twin.prepare import suggest_spec


def lagged_device(lag, noise=0.02):
    """Make trials that answer the drive of `lag` steps ago."""
    generator = torch.Generator().manual_seed(0)
    drive = 2 * torch.rand(100, 30, 1, generator=generator) - 1
    readout = torch.roll(drive, lag, 1) + noise * torch.randn(100, 30, 1, generator=generator)
    return Trials(drive, readout)


def test_memory_is_asked_for_where_the_readout_does_not_show_the_state():
    assert not needs_memory(lagged_device(0))
    assert needs_memory(lagged_device(3))
    assert suggest_spec(lagged_device(3), {}).hidden > 0
    assert suggest_spec(lagged_device(0), {}).hidden == 0


def test_as_many_scores_as_the_variance_needs():
    generator = torch.Generator().manual_seed(0)
    factors = torch.randn(500, 3, generator=generator) @ torch.randn(3, 100, generator=generator)
    assert scores_for(factors + 1e-3 * torch.randn(500, 100, generator=generator)) == 3
    assert scores_for(torch.randn(50, 7, generator=generator)) == 7


def test_a_run_of_another_shape_is_told_apart():
    generator = torch.Generator().manual_seed(0)
    shape, other = torch.randn(2, 50, generator=generator)
    runs = [
        Trials(torch.zeros(1, 20, 1), gain * mean + 0.1 * torch.randn(1, 20, 50, generator=generator))
        for gain, mean in ((1.0, shape), (0.7, shape), (1.0, other), (1.3, shape))
    ]
    assert alike_runs(runs) == [0, 1, 3]
