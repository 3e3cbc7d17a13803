"""A linear readout fitted in closed form: ridge regression on features (Hoerl & Kennard 1970)."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import torch
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.errors import NetworkError
from nado_lab.network.tasks.task import Examples, Task
from nado_lab.twin.regression import solve_ridge
from torch import Tensor, nn


@torch.no_grad()
def fit_readout(
    network: DeviceNetwork, features: Tensor, task: Task, examples: Examples, ridge: float
) -> None:
    """Set the readout's weights to the ridge solution for features (trial[, step], feature) of examples."""
    weight, bias = ridge_weights(task, features, examples, ridge)
    network.readout.weight.copy_(weight)
    network.readout.bias.copy_(bias)


def ridge_weights(task: Task, features: Tensor, examples: Examples, ridge: float) -> tuple[Tensor, Tensor]:
    """Return weight (output, feature) and bias (output,) for the examples' targets; classes count as ±1."""
    targets = examples.targets
    if not torch.isfinite(features).all():
        raise NetworkError("the responses hold values that are not finite; the readout cannot be fitted")
    if features.ndim == 3:
        counted = (task.counted(values, examples.lengths) for values in (features, targets))
        features, targets = (values.flatten(0, -2) for values in counted)
    wanted = _signs(targets, task.outputs) if task.is_classification else targets
    return solve_with_bias(features.double(), wanted.double(), ridge)


def solve_with_bias(features: Tensor, wanted: Tensor, ridge: float) -> tuple[Tensor, Tensor]:
    """Return weight (output, feature) and bias (output,), which is not penalised."""
    centre, level = features.mean(0), wanted.mean(0)
    weight = solve_ridge(features - centre, wanted - level, ridge).T
    return weight, level - weight @ centre


def _signs(classes: Tensor, outputs: int) -> Tensor:
    return 2.0 * nn.functional.one_hot(classes, outputs) - 1.0
