"""Scores against closed forms, and a twin that is the device."""

import pytest
import torch
from nado_lab.observer import StoppedError
from nado_lab.twin import DataError, DivergenceError, Trials, evaluate
from nado_lab.twin.evaluation.paths import triple


def white(mean, deviation, seed=0, shape=(4, 400, 10, 2)):
    return mean + deviation * torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_triple_of_shifted_and_wider_noise():
    mean_error, std_error, _ = triple(white(0.0, 1.0, 0), white(0.3, 1.5, 1))
    assert mean_error == pytest.approx(0.3, abs=0.05)
    assert std_error == pytest.approx(0.5, abs=0.05)


def test_triple_sees_the_colour_of_noise():
    walk = torch.randn(4, 400, 10, 2, generator=torch.Generator().manual_seed(2)).cumsum(2)
    walk = walk / torch.arange(1, 11).sqrt()[:, None]
    apart, alike = triple(white(0, 1), walk)[2], triple(white(0, 1, 0), white(0, 1, 1))[2]
    steps = torch.arange(1.0, 11.0)
    corr = torch.minimum(steps[:, None], steps) / (steps[:, None] * steps).sqrt()
    exact = float((corr - torch.eye(10)).square().mean())
    assert apart == pytest.approx(exact, rel=0.1)
    assert alike < 0.03 * apart


def test_a_twin_scored_on_its_own_answers_scores_the_floor(make_twin):
    twin = make_twin()
    drive = torch.rand(6, 12, 1, generator=torch.Generator().manual_seed(0)).repeat_interleave(400, 0) * 2 - 1
    with torch.no_grad():
        readout = twin.respond(drive, generator=torch.Generator().manual_seed(5))
    sequence, start = torch.arange(6).repeat_interleave(400), torch.zeros(2400, 2)
    trials = Trials(drive, readout, start, sequence, channels=("a", "b"))
    scores = evaluate(twin, trials)
    for name in ("mean_error", "std_error", "autocov_error"):
        assert getattr(scores, name) == pytest.approx(getattr(scores.floor, name), rel=0.35)
    assert scores.coverage90 == pytest.approx(0.9, abs=0.02)
    assert scores.coverage50 == pytest.approx(0.5, abs=0.02)
    assert scores.lag1_twin == pytest.approx(scores.lag1_measured, abs=0.05)


def test_single_shots_have_no_triple_and_a_drive_outside_is_told(make_twin):
    trials = Trials(2 * torch.ones(3, 5, 1), torch.randn(3, 5, 2), channels=("a", "b"))
    scores = evaluate(make_twin(), trials)
    assert scores.mean_error is None
    assert any("port 0: 3 of 3 trials leave the fitted range -1 to 1" in w for w in scores.warnings)


def test_the_port_that_leaves_its_range_is_named(make_twin):
    drive = torch.zeros(4, 5, 2)
    drive[1, 2, 1], drive[2, 0, 0] = -1.5, 1.005
    scores = evaluate(make_twin(ports=2), Trials(drive, torch.randn(4, 5, 2), channels=("a", "b")))
    told = [warning for warning in scores.warnings if "range" in warning]
    assert told == [
        "port 1: 1 of 4 trials leave the fitted range -1 to 1: they go from -1.5 to 0;"
        " the twin saturates there"
    ]


def test_channels_must_be_the_twins(make_twin, make_process):
    with pytest.raises(DataError, match="voltage"):
        evaluate(make_twin(), make_process(2))


def test_units_must_be_the_twins_where_they_are_told(make_twin):
    drive, readout = torch.zeros(4, 5, 1), torch.randn(4, 5, 2)
    with pytest.raises(DataError, match=r"a \(V\), b \(V\); the trials have 1 ports and a \(V\), b \(mV\)"):
        evaluate(make_twin(), Trials(drive, readout, channels=("a", "b"), units=("V", "mV")))
    with pytest.raises(DataError, match="2 ports"):
        evaluate(make_twin(), Trials(drive.expand(-1, -1, 2), readout, channels=("a", "b")))
    assert evaluate(make_twin(), Trials(drive, readout, channels=("a", "b"))).crps > 0


def test_a_twin_that_diverges_is_told(make_twin):
    twin = make_twin()
    drive, sequence = torch.rand(8, 30, 1), torch.zeros(8, dtype=torch.long)
    trials = Trials(
        drive[:1].expand(8, -1, -1), torch.randn(8, 30, 2), torch.zeros(8, 2), sequence, ("a", "b")
    )
    twin.sde.field.set_linear(torch.zeros(2), state=0.3 * torch.eye(2))
    assert any("diverges" in warning for warning in evaluate(twin, trials).warnings)
    twin.sde.field.set_linear(torch.zeros(2), state=100 * torch.eye(2))
    with pytest.raises(DivergenceError, match="not finite"):
        evaluate(twin, trials)


def test_the_observer_hears_every_split_and_ends_it(make_twin, recorder):
    trials = Trials(torch.zeros(8, 5, 1), torch.randn(8, 5, 2), sequence=[0] * 8, channels=("a", "b"))
    evaluate(make_twin(), trials, observer=recorder)
    assert [each.share for each in recorder.seen] == [number / 8 for number in range(1, 9)]
    recorder.stop = lambda: True
    with pytest.raises(StoppedError):
        evaluate(make_twin(), trials, observer=recorder)
