import numpy as np
import pytest
from nado_lab.lab.workflow.drift import PROBE, Probe, Verdict, drift_score, verdict, weave


@pytest.mark.parametrize(("early", "late"), [(3, 3), (5, 20), (30, 30)])
def test_a_steady_device_scores_about_one(early, late):
    rng = np.random.default_rng(0)
    scores = [
        drift_score(rng.normal(size=(early, 28, 10)), rng.normal(size=(late, 28, 10))) for _ in range(50)
    ]
    assert 0.85 < np.mean(scores) < 1.15
    assert max(scores) < 1.6


def test_the_score_grows_with_the_shift_and_with_what_was_measured():
    rng = np.random.default_rng(0)
    early, late = rng.normal(size=(20, 28, 10)), rng.normal(size=(20, 28, 10))
    assert drift_score(early, late + 0.5) > 1.5 * drift_score(early, late)
    assert drift_score(early, late + 1.0) > drift_score(early, late + 0.5)
    assert drift_score(early, late + 1.0) > drift_score(early[:5], late[:5] + 1.0)


def test_too_few_probes_say_nothing():
    assert drift_score(np.zeros((2, 4, 1)), np.zeros((9, 4, 1))) is None
    assert verdict(None, 2.0, 20.0) is Verdict.STEADY


@pytest.mark.parametrize(("score", "said"), [(2.0, "steady"), (2.1, "recalibrate"), (20.1, "stop")])
def test_rule(score, said):
    assert verdict(score, 2.0, 20.0).value == said


def test_probes_are_woven_in_and_found_again():
    drive = np.arange(7.0)[:, None, None] * np.ones((7, 4, 1)) / 10
    probe = Probe(np.full((4, 1), -1.0), every=3)
    woven, sequence = weave(drive, np.arange(7), probe)
    np.testing.assert_array_equal(sequence, [0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 0])
    np.testing.assert_array_equal(woven[sequence != PROBE], drive)
    assert (woven[sequence == PROBE] == -1).all()


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_a_device_without_any_noise_that_stands_still_does_not_drift(precision):
    still = np.ones((4, 6, 2), precision)
    assert drift_score(still, still) == 0.0
