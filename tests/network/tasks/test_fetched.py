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


def test_vowels_are_padded_with_zeros_and_standardised(monkeypatch):
    blocks = [5 + 2 * RANDOM.standard_normal((length, 12)) for length in (7, 29, 20, 15)]
    labels = [np.eye(9)[[speaker]] for speaker in (0, 8, 3, 3)]
    fetched = (blocks, blocks[:2], labels, labels[:2])
    monkeypatch.setattr("reservoirpy.datasets.japanese_vowels", lambda: fetched)
    task = load_task("japanese-vowels")
    assert task.train.inputs.shape == (4, 29, 12)
    assert sorted(task.train.targets.tolist()) == [0, 3, 3, 8]
    shortest = task.train.inputs[task.train.targets == 0][0]
    assert (shortest[7:] == 0).all()
    assert (shortest[:7] != 0).all()
    assert task.train.inputs[task.train.targets == 8].mean().abs() < 0.2


@pytest.mark.parametrize(
    ("where", "task", "options"),
    [
        ("sklearn.datasets.fetch_openml", "temporal-mnist", {"source": "openml"}),
        ("reservoirpy.datasets.japanese_vowels", "japanese-vowels", {}),
    ],
)
def test_without_a_network_the_reason_is_given(monkeypatch, where, task, options):
    monkeypatch.setattr(where, no_network)
    with pytest.raises(TaskError, match="could not be fetched"):
        load_task(task, **options)


def test_an_unknown_source_is_named():
    with pytest.raises(TaskError, match="expected one of 'bundled' or 'openml'"):
        load_task("pixel-mnist", source="disk")
