"""A sample of any family that names its inner states can be looked into."""

from types import SimpleNamespace

import numpy as np
from nado_lab.lab.dashboard.models.simulation import Levels, picture


class Sample:
    def states(self):
        return {"conductance": (np.array([1.0, 3.0]), "S"), "memory": (np.zeros(2), "")}


def bench(sample):
    return SimpleNamespace(world=SimpleNamespace(sample=sample))


def test_the_first_state_is_followed_over_time():
    now = picture(bench(Sample()))
    assert isinstance(now, Levels)
    assert now.count == 2.0
    assert now.counted == "mean conductance (S)"
    assert Levels({"x": (np.zeros(1), "")}).counted == "mean x"


def test_a_sample_that_shows_nothing_is_no_picture():
    assert picture(bench(object())) is None
