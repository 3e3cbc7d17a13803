"""All weights of a twin follow a drifted device, on the one training loop."""

import importlib
import math
from dataclasses import replace

import pytest
import torch
from nado_lab.observer import StoppedError
from nado_lab.twin import DivergenceError, adapt


@pytest.fixture
def twin(make_twin):
    twin = make_twin(channels=1, components=1, diffusion_rank=0, observation_rank=0)
    twin.channels = ("voltage",)
    return twin


def test_a_loss_that_is_not_finite_is_named(twin, make_process, monkeypatch):
    runs_away = torch.tensor(math.nan, requires_grad=True)
    schedule = importlib.import_module("nado_lab.twin.fitting.schedule")
    monkeypatch.setattr(schedule, "free_running", lambda *_: runs_away)
    with pytest.raises(DivergenceError, match="score loss became nan"):
        adapt(twin, make_process(20, steps=6), 5)


def test_its_share_runs_from_0_to_1_and_its_card_tells(twin, make_process, recorder):
    fresh = adapt(twin, make_process(20, steps=6), 40, observer=recorder)
    shares = [each.share for each in recorder.seen]
    assert (shares[0], shares[-1], shares) == (0.0, 1.0, sorted(shares))
    assert {each.stage for each in recorder.seen} == {"adapt"}
    assert (fresh.card.adapted.trials, fresh.card.adapted.steps, fresh.card.metrics) == (20, 40, None)
    assert fresh.card.recalibrated.steps > 0


def test_marked_trials_are_left_alone_and_a_wish_to_stop_is_heard(twin, make_process, make_recorder):
    trials = make_process(20, steps=6)
    marked = replace(trials, held_out=torch.arange(20) < 10)
    one, two = (adapt(twin, each, 5).state_dict() for each in (marked, marked.for_fitting()))
    torch.testing.assert_close(one, two)
    with pytest.raises(StoppedError):
        adapt(twin, trials, 5, observer=make_recorder(lambda: True))
