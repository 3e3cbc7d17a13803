"""A user's own arrays: an .npz file with `inputs` and `targets` (and, if split already, a test pair)."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import logging
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from nado_lab.network.errors import TaskError
from nado_lab.network.lengths import own_rows, own_steps
from nado_lab.network.tasks.metric import Metric
from nado_lab.network.tasks.series import regression, standardise
from nado_lab.network.tasks.task import Examples, Task, stratified_split
from pydantic import NonNegativeInt, PositiveInt
from torch import Tensor

log = logging.getLogger(__name__)
REAL = "biuf"
LARGEST = 1e30
MOST_OUTPUTS, MOST_UNUSED = 32, 4
"""Labels may leave gaps up to so many outputs, or so many times as many outputs as classes."""


def user_arrays(
    path: str,
    train: PositiveInt | None = None,
    test: PositiveInt | None = None,
    seed: NonNegativeInt = 0,
    washout: NonNegativeInt = 0,
) -> Task:
    """Load inputs (trial, step, feature) with integer targets (trial,) or targets (trial, step, output).

    Of trials of unequal length the array `lengths` (trial,) tells the steps; what stands after them is never
    looked at.
    Without numbers, four fifths train and the rest tests. Classes are split by the seed; time series keep
    their order. Inputs are standardised.
    """
    examples = _read(Path(path))
    count = len(examples)
    test = test or max(1, count // 5 if train is None else count - train)
    train = train or count - test
    name = Path(path).stem
    if examples.targets.ndim == 3:
        inputs, targets, lengths = examples.inputs, examples.targets, examples.lengths
        return _say_if_seen(regression(name, inputs, targets, train, test, washout, lengths))
    return _say_if_seen(_classification(name, examples, train, test, seed))


def _classification(name: str, examples: Examples, train: int, test: int, seed: int) -> Task:
    classes = examples.targets.long()
    if classes.min() < 0:
        raise TaskError(f"{name}: classes are whole numbers from 0, got {int(classes.min())}")
    _check_classes(name, classes)
    first, second = stratified_split(classes, train, test, seed)
    known = own_rows(examples.inputs[first], None if examples.lengths is None else examples.lengths[first])
    examples = Examples(standardise(examples.inputs, known), classes, examples.lengths)
    fitted, tested = (examples[index] for index in (first, second))
    return Task(name, Metric.ACCURACY, int(classes.max()) + 1, fitted, tested)


def _check_classes(name: str, classes: Tensor) -> None:
    """Refuse one class, which every answer gets right, and labels whose gaps would be outputs of nothing."""
    used = classes.unique()
    if len(used) < 2:
        raise TaskError(f"{name}: all examples are of class {int(used[0])}: there is nothing to tell apart")
    if int(used[-1]) + 1 > max(MOST_OUTPUTS, MOST_UNUSED * len(used)):
        shown = ", ".join(str(int(each)) for each in used[:4])
        raise TaskError(
            f"{name}: {len(used)} classes are labelled up to {int(used[-1])} ({shown} ...): number them 0 to"
            f" {len(used) - 1}, for example with numpy.unique(targets, return_inverse=True)[1]"
        )


def _say_if_seen(task: Task) -> Task:
    """Warn where test examples stand among the training examples, too: an array stored twice, say."""
    task = task.single()  # whatever stands in the padding
    seen = {_bytes_of(x, y) for x, y in zip(task.train.inputs, task.train.targets, strict=True)}
    count = sum(_bytes_of(x, y) in seen for x, y in zip(task.test.inputs, task.test.targets, strict=True))
    if count:
        log.warning(
            "%s: %d of %d test examples stand among the training examples, too: scores on them flatter",
            task.name,
            count,
            len(task.test),
        )
    return task


def _bytes_of(inputs: Tensor, targets: Tensor) -> bytes:
    return inputs.numpy().tobytes() + targets.numpy().tobytes()


def _read(path: Path) -> Examples:
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            inputs, targets = file["inputs"], file["targets"]
            lengths = file.get("lengths")
    except OSError as error:
        raise TaskError(f"{path} could not be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, BadZipFile, EOFError) as error:
        raise TaskError(
            f"{path}: expected an .npz file with arrays inputs and targets, of numbers"
        ) from error
    _check_shapes(path, inputs, targets)
    own = None if lengths is None else _lengths(path, lengths, inputs)
    _check_values(path, inputs, targets, own)
    x, y = (torch.as_tensor(values.astype(np.float32)) for values in (inputs, targets))
    return Examples(x, y, None if own is None else torch.as_tensor(own))


def _lengths(path: Path, lengths: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    """Return lengths (trial,) as whole numbers; refuse others than 1 to the steps of the inputs."""
    steps = inputs.shape[1]
    whole = lengths.dtype.kind in "iu" and lengths.shape == inputs.shape[:1]
    if not whole or lengths.min() < 1 or lengths.max() > steps:
        raise TaskError(
            f"{path}: lengths must be {len(inputs)} whole numbers from 1 to {steps} (steps), one a trial; "
            f"got {lengths.dtype} {lengths.shape}"
            + (f", {lengths.min()} to {lengths.max()}" if whole else "")
        )
    return lengths.astype(np.int64)


def _check_shapes(path: Path, inputs: np.ndarray, targets: np.ndarray) -> None:
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


def _check_values(path: Path, inputs: np.ndarray, targets: np.ndarray, lengths: np.ndarray | None) -> None:
    if lengths is not None:
        own = own_steps(torch.as_tensor(lengths), inputs.shape[1]).numpy()
        inputs, targets = inputs[own], targets[own] if targets.ndim == 3 else targets
    if max(np.abs(inputs).max(), np.abs(targets).max()) <= LARGEST:
        return
    raise TaskError(f"{path}: inputs and targets must be finite numbers, at most {LARGEST:g}")
