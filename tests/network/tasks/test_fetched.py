"""Tasks that are fetched: what is made of what arrives, and what is said when nothing does."""

from urllib.error import URLError

import numpy as np
import pytest
import torch
from nado_lab.network import TaskError, load_task
from nado_lab.network.tasks.digits import digits

RANDOM = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _nothing_kept():
    digits.cache_clear()
    yield
    digits.cache_clear()


def no_network(*args, **kwargs):
    raise URLError("no route")


def test_openml_digits_take_the_place_of_the_bundled_ones(monkeypatch):
    pixels, classes = RANDOM.uniform(0, 255, (300, 784)), (np.arange(300) % 10).astype(str)
    monkeypatch.setattr("sklearn.datasets.fetch_openml", lambda *args, **kwargs: (pixels, classes))
    task = load_task("temporal-mnist", train=200, test=100, source="openml")
    assert task.train.inputs.shape == (200, 28, 28)
    assert torch.bincount(task.test.targets).tolist() == [10] * 10


def test_without_a_network_the_reason_is_given(monkeypatch):
    monkeypatch.setattr("sklearn.datasets.fetch_openml", no_network)
    with pytest.raises(TaskError, match="could not be fetched"):
        load_task("temporal-mnist", source="openml")


def test_an_unknown_source_is_named():
    with pytest.raises(TaskError, match="expected one of 'bundled' or 'openml'"):
        load_task("pixel-mnist", source="disk")
