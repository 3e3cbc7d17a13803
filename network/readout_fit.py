"""A linear readout fitted in closed form: ridge regression on features (Hoerl & Kennard 1970)."""

import torch
from torch import Tensor, nn

from network.device_network import DeviceNetwork
from network.errors import NetworkError
from network.tasks.task import Metric, Task


@torch.no_grad()
def fit_readout(network: DeviceNetwork, features: Tensor, task: Task, targets: Tensor, ridge: float) -> None:
    """Set the readout's weights to the ridge solution for features (trial[, step], feature)."""
    weight, bias = ridge_weights(task, features, targets, ridge)
    network.readout.weight.copy_(weight)
    network.readout.bias.copy_(bias)


def ridge_weights(task: Task, features: Tensor, targets: Tensor, ridge: float) -> tuple[Tensor, Tensor]:
    """Return weight (output, feature) and bias (output,) for the task's targets; classes count as ±1."""
    if not torch.isfinite(features).all():
        raise NetworkError("the responses hold values that are not finite; the readout cannot be fitted")
    if features.ndim == 3:
        features = features[:, task.washout :].flatten(0, 1)
        targets = targets[:, task.washout :].flatten(0, 1)
    wanted = _signs(targets, task.outputs) if task.metric is Metric.ACCURACY else targets
    return solve_ridge(features.double(), wanted.double(), ridge)


def solve_ridge(features: Tensor, wanted: Tensor, ridge: float) -> tuple[Tensor, Tensor]:
    """Return weight (output, feature) and bias (output,) that minimise the penalised square error."""
    centre, level = features.mean(0), wanted.mean(0)
    x, y = features - centre, wanted - level
    gram = x.T @ x + ridge * torch.eye(x.shape[1], dtype=x.dtype)
    weight = torch.linalg.solve(gram, x.T @ y).T
    return weight, level - weight @ centre


def _signs(classes: Tensor, outputs: int) -> Tensor:
    return 2.0 * nn.functional.one_hot(classes, outputs) - 1.0
