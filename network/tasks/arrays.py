"""A user's own arrays: an .npz file with `inputs` and `targets` (and, if split already, a test pair)."""

from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from nado_lab.network.errors import TaskError
from nado_lab.network.tasks.metric import Metric
from nado_lab.network.tasks.series import regression, standardise
from nado_lab.network.tasks.task import Examples, Task, stratified_split
from pydantic import NonNegativeInt, PositiveInt
from torch import Tensor

REAL = "biuf"
LARGEST = 1e30


def user_arrays(
    path: str,
    train: PositiveInt | None = None,
    test: PositiveInt | None = None,
    seed: NonNegativeInt = 0,
    washout: NonNegativeInt = 0,
) -> Task:
    """Load inputs (trial, step, feature) with integer targets (trial,) or targets (trial, step, output).

    Without numbers, four fifths train and the rest tests. Classes are split by the seed; time series keep
    their order. Inputs are standardised.
    """
    inputs, targets = _read(Path(path))
    test = test or max(1, len(inputs) // 5 if train is None else len(inputs) - train)
    train = train or len(inputs) - test
    name = Path(path).stem
    if targets.ndim == 3:
        return regression(name, inputs, targets, train, test, washout)
    return _classification(name, inputs, targets.long(), train, test, seed)


def _classification(name: str, inputs: Tensor, classes: Tensor, train: int, test: int, seed: int) -> Task:
    if classes.min() < 0:
        raise TaskError(f"{name}: classes are whole numbers from 0, got {int(classes.min())}")
    first, second = stratified_split(classes, train, test, seed)
    inputs = standardise(inputs, inputs[first])
    fitted, tested = (Examples(inputs[index], classes[index]) for index in (first, second))
    return Task(name, Metric.ACCURACY, int(classes.max()) + 1, fitted, tested)


def _read(path: Path) -> tuple[Tensor, Tensor]:
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            inputs, targets = file["inputs"], file["targets"]
    except OSError as error:
        raise TaskError(f"{path} could not be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, BadZipFile, EOFError) as error:
        raise TaskError(
            f"{path}: expected an .npz file with arrays inputs and targets, of numbers"
        ) from error
    _check(path, inputs, targets)
    return torch.as_tensor(inputs.astype(np.float32)), torch.as_tensor(targets.astype(np.float32))


def _check(path: Path, inputs: np.ndarray, targets: np.ndarray) -> None:
    if inputs.ndim != 3 or not inputs.size or inputs.dtype.kind not in REAL:
        raise TaskError(
            f"{path}: inputs must be real numbers (trial, step, feature); got {inputs.dtype} {inputs.shape}"
        )
    classes = targets.ndim == 1 and np.issubdtype(targets.dtype, np.integer)
    values = targets.ndim == 3 and targets.shape[1] == inputs.shape[1] and targets.dtype.kind in REAL
    if not (classes or values) or len(targets) != len(inputs):
        raise TaskError(
            f"{path}: targets must be whole numbers (trial,) or values (trial, step, output) "
            f"that match inputs {inputs.shape}; got {targets.dtype} {targets.shape}"
        )
    if max(np.abs(inputs).max(), np.abs(targets).max()) <= LARGEST:
        return
    raise TaskError(f"{path}: inputs and targets must be finite numbers, at most {LARGEST:g}")
