"""Fits of small systems: better than nothing, the same again, and stopped when they run away."""

import importlib
import math
from dataclasses import replace

import pytest
import torch
from nado_lab.twin import (
    DataError,
    DivergenceError,
    FitSettings,
    Method,
    ModelSizes,
    StoppedError,
    TwinError,
    evaluate,
    fit,
)
from nado_lab.twin.fitting.schedule import phases
from nado_lab.twin.model.rows import Rows

SMALL = ModelSizes(hidden=4, width=16, sources=0)


def quick(**changes):
    return FitSettings(**({"mean_steps": 60, "score_steps": 120, "model": SMALL} | changes))


def test_a_short_fit_comes_near_the_floor(make_process):
    fitted = fit(make_process(200, steps=12), quick(mean_steps=80, score_steps=120, members=4))
    scores = evaluate(fitted, make_process(10, repeats=60, steps=12, seed=1))
    assert scores.mean_error < 1.6 * scores.floor.mean_error
    assert scores.std_error < 2.0 * scores.floor.std_error
    assert scores.coverage90 == pytest.approx(0.9, abs=0.04)


def test_the_same_seed_gives_the_same_twin(make_process):
    trials = make_process(30, steps=6)
    one = fit(trials, quick(mean_steps=10, score_steps=10))
    torch.manual_seed(99)
    two = fit(trials, quick(mean_steps=10, score_steps=10))
    other = fit(trials, quick(mean_steps=10, score_steps=10, seed=1))
    weights = [t.sde.field.to_drift.weight for t in (one, two, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@pytest.mark.parametrize(
    ("changes", "doing"),
    [
        ({"likelihood_steps": 30}, ["mean", "likelihood", "score"]),
        ({"patience": 0.01}, ["mean", "score"]),
        ({"method": Method.GAN, "adversarial_steps": 20}, ["mean", "adversarial"]),
        ({"budget_s": 0.5}, ["mean", "score"]),
    ],
)
def test_the_share_runs_from_0_to_1_over_the_whole_fit(make_process, recorder, changes, doing):
    given = {"mean_steps": 20, "score_steps": 0 if "method" in changes else 20, "check_every": 5} | changes
    fit(make_process(30, steps=6), quick(**given), recorder)
    shares = [each.share for each in recorder.seen]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (pytest.approx(0.0, abs=0.05), 1.0)
    assert list(dict.fromkeys(each.doing for each in recorder.seen)) == doing
    assert {"step", "held_out", "best", "loss"} <= recorder.seen[-1].figures.keys()
    assert {each.stage for each in recorder.seen} == {"fit"}


def test_a_fit_stops_when_its_observer_wishes(make_process, make_recorder):
    asked = iter([False, False, True])
    with pytest.raises(StoppedError, match="step 2 of its mean phase; nothing of it was kept"):
        fit(make_process(30, steps=6), quick(), make_recorder(lambda: next(asked)))


def test_the_best_held_out_state_is_kept(make_process, recorder):
    fit(make_process(30), quick(learning_rate=0.03, mean_steps=40, score_steps=0), recorder)
    mean = recorder.of("mean")
    assert mean[-1]["best"] == min(e["held_out"] for e in mean)


def test_a_loss_that_runs_away_is_named(make_process, monkeypatch):
    runs_away = torch.tensor(math.nan, requires_grad=True)
    monkeypatch.setattr(
        importlib.import_module("nado_lab.twin.fitting.schedule"), "free_running", lambda *a: runs_away
    )
    with pytest.raises(DivergenceError, match="score"):
        fit(make_process(10), quick(mean_steps=0))


def test_settings_and_data_are_checked(make_process):
    with pytest.raises(TwinError, match="magic"):
        FitSettings(method="magic")
    with pytest.raises(DataError, match="two sequences"):
        fit(make_process(1), quick())
    with pytest.raises(TwinError, match="colour"):
        FitSettings.from_json({"model": {"colour": 3}})
    with pytest.raises(TwinError, match="haste"):
        FitSettings.from_json({"haste": 3})


@pytest.mark.parametrize("method", ["gan", "ode"])
def test_other_methods_learn_the_mean(make_process, method):
    settings = quick(method=method, mean_steps=80, adversarial_steps=10)
    fitted = fit(make_process(100, steps=8), settings)
    scores = evaluate(fitted, make_process(10, repeats=60, steps=8, seed=1))
    assert scores.r2 > 0.9
    if method == "ode":
        drive = torch.rand(1, 4, 1).expand(50, -1, -1)
        assert fitted.respond(drive).std(0).max() < 1e-6


def test_a_fit_goes_on_from_a_twin(make_process, make_recorder):
    trials, before, after = make_process(40, steps=8), make_recorder(), make_recorder()
    first = fit(trials, quick(mean_steps=40, score_steps=0), before)
    second = fit(trials, quick(mean_steps=40, score_steps=0), after, start=first)
    figures = [each.figures for each in after.seen]
    assert figures[0]["held_out"] == pytest.approx(before.seen[-1].figures["best"], rel=1e-4)
    assert figures[-1]["best"] <= figures[0]["held_out"]
    assert second.spec == first.spec


def test_a_readout_that_is_the_state_is_fitted_by_likelihood(make_process, recorder):
    fit(
        make_process(40, steps=8),
        FitSettings(model=ModelSizes(hidden=0, width=8), likelihood_steps=5, score_steps=2),
        recorder,
    )
    assert recorder.seen[0].doing == "likelihood"


def test_innovations_form_has_its_own_phases(make_twin):
    twin = make_twin(innovations=True, sources=0)
    nothing, start = torch.zeros(1, 20, 2), twin.default_start(1)
    found = phases(twin, FitSettings(mean_steps=7), Rows(torch.zeros(1, 20, 1), nothing, nothing, start))
    assert [phase.name for phase in found] == ["mean", "likelihood", "score"]
    assert found[0].steps == 7
    assert all(phase.averaged for phase in found)


def test_a_mean_of_weights_is_kept_in_innovations_form(make_process):
    model = replace(SMALL, innovations=True)
    fitted = fit(make_process(60), quick(mean_steps=20, likelihood_steps=250, score_steps=40, model=model))
    scores = evaluate(fitted, make_process(10, repeats=60, seed=1))
    assert scores.mean_error < 1.6 * scores.floor.mean_error
    assert scores.lag1_twin == pytest.approx(scores.lag1_measured, abs=0.06)
