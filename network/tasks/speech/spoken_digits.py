"""Spoken digits, or any words, from a folder of WAV files."""

from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from nado_lab.network.errors import TaskError
from nado_lab.network.tasks.speech.front_end import FrontEnd, FrontEndSettings, features_of
from nado_lab.network.tasks.speech.held_out import SplitBy, kept_for_testing
from nado_lab.network.tasks.speech.padded import classification, padded, some
from nado_lab.network.tasks.speech.recordings import Recording, find_recordings
from nado_lab.network.tasks.speech.wav import cut_silence, read_wav
from nado_lab.network.tasks.task import Task
from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt


def spoken_digits(  # noqa: PLR0913  (options of the task, each by its name)
    folder: str = "",
    train: PositiveInt | None = None,
    test: PositiveInt | None = None,
    seed: NonNegativeInt = 0,
    pattern: str = "{label}_{speaker}_{take}",
    table: str | None = None,
    split: SplitBy = SplitBy.TAKE,
    held_out: str | int = "",
    front_end: FrontEnd = FrontEnd.FILTERBANK,
    bands: Annotated[int, Field(ge=2, le=128)] = 24,
    kept: Annotated[int, Field(ge=1, le=128)] = 13,
    step_ms: PositiveFloat = 20.0,
    rate: Annotated[int, Field(ge=1000, le=192_000)] = 8000,
    silence_db: PositiveFloat = 40.0,
) -> Task:
    """Load recordings as (trial, step, band), of unequal length; every label is a class.

    `pattern` says what the names tell, or `table` (CSV: file, label, speaker, take) does. `held_out` takes
    ("05-09") or speakers are tested on (`split`), by default the first fifth. Sound is brought to `rate`;
    what is `silence_db` below the loudest is cut at both ends; a step is `step_ms`. The seed shuffles the
    examples, so that `train` and `test` may be fewer.
    """
    if not folder:
        raise TaskError("spoken-digits needs a folder of WAV files: -p folder=FOLDER")
    recordings = find_recordings(Path(folder), pattern, Path(table) if table else None)
    tested = kept_for_testing(recordings, split, str(held_out), seed)
    settings = FrontEndSettings(front_end, rate, step_ms / 1000, bands, min(kept, bands))
    heard = [_features(each, settings, silence_db) for each in recordings]
    labels = sorted({each.label for each in recordings})
    if len(labels) < 2:
        raise TaskError(f"{folder}: all recordings are of {labels[0]!r}: there is nothing to tell apart")
    classes = torch.tensor([labels.index(each.label) for each in recordings])
    examples = padded(heard, classes)
    kept_back = torch.tensor(tested)
    return classification(
        "spoken-digits",
        some(examples[~kept_back], train, seed),
        some(examples[kept_back], test, seed),
        len(labels),
    )


def _features(recording: Recording, settings: FrontEndSettings, silence_db: float) -> np.ndarray:
    sound = cut_silence(read_wav(recording.path, settings.rate), settings.rate, silence_db)
    if not len(sound):
        raise TaskError(f"{recording.path}: expected a word, found silence")
    return features_of(sound, settings)
