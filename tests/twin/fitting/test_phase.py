"""One phase of a fit: the mean of the weights that it keeps, and how often it is checked."""

import pytest
import torch
from nado_lab.twin import FitSettings, OptimiserName
from nado_lab.twin.fitting.phase import FitRows, Phase, begin_phase, run_phase
from nado_lab.twin.model.rows import Rows


def after_phase(make_twin, averaged, steps=30, **settings):
    """Push one weight along; return the twin, that weight after every step, and the steps checked."""
    twin = make_twin()
    weight, nothing = twin.sde.field.mix, torch.zeros(4, 3, 2)
    rows = Rows(torch.zeros(4, 3, 1), nothing, nothing, twin.default_start(4))
    phase = Phase(
        "push", lambda *_: weight.sum(), lambda *_: weight.detach().sum(), steps, None, 0.1, 1.0, averaged
    )
    settings = FitSettings(weight_decay=0.0, optimiser=OptimiserName.ADAMW, **settings)
    watch = Watch(weight)
    run_phase(twin, phase, settings, FitRows(rows, rows), begin_phase(twin, phase, settings), watch)
    return weight.detach(), watch.seen, watch.checks


class Watch:
    """Keep the weight before every step, and the steps that were checked."""

    def __init__(self, weight):
        self.weight, self.seen, self.checks = weight, [], []

    def before_step(self, state):
        self.seen.append(self.weight.detach().clone())

    def checked(self, state, done, held_out):
        self.checks.append(state.step)


def test_the_running_mean_of_the_weights_is_kept(make_twin):
    kept, seen, _ = after_phase(make_twin, averaged=10, check_every=1)
    mean = seen[1]
    for steps, now in enumerate(seen[2:], start=1):
        mean = mean + max(1 / 10, 10 / (10 + steps)) * (now - mean)
    torch.testing.assert_close(kept, mean)
    assert (kept - seen[-1]).abs().min() > 1e-4


def test_without_a_mean_the_last_and_best_weights_are_kept(make_twin):
    kept, seen, _ = after_phase(make_twin, averaged=0)
    assert torch.equal(kept, seen[-1])


@pytest.mark.parametrize(
    ("averaged", "given", "steps"),
    [(0, None, [0, 20, 30]), (50, None, [0, 10, 20, 30]), (50, 15, [0, 15, 30])],
)
def test_how_often_it_is_checked(make_twin, averaged, given, steps):
    assert after_phase(make_twin, averaged, check_every=given)[2] == steps
