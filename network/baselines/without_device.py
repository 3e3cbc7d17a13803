"""The same readout without the device: what the inputs alone are worth to it."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import torch
from nado_lab.network.lengths import own_rows
from nado_lab.network.spec import NetworkSpec
from nado_lab.network.step_features import step_features
from nado_lab.network.tasks.task import Examples, Task
from nado_lab.network.training.evaluate import score_answers
from nado_lab.network.training.readout_fit import ridge_weights
from nado_lab.network.training.settings import TrainSettings, Variant
from torch import Tensor

MOST_STEPS = 300


def score_without_device(task: Task, spec: NetworkSpec, settings: TrainSettings) -> float:
    """Score a linear readout that sees the inputs as the network's sees its devices, on the test examples.

    It is fitted as the network's own: by the same ridge (reservoir, series), else by cross entropy.
    """
    train, test = (_features(part, spec) for part in (task.train, task.test))
    rows = own_rows(train, task.train.lengths) if train.ndim == 3 else train
    mean, deviation = rows.flatten(0, -2).mean(0), rows.flatten(0, -2).std(0).clamp_min(1e-9)
    train, test = ((each - mean) / deviation for each in (train, test))
    if task.is_classification and settings.variant is not Variant.RESERVOIR:
        return score_answers(task, _logistic(train, task.train.targets, test), task.test)
    weight, bias = ridge_weights(task, train, task.train, settings.ridge)
    return score_answers(task, test.double() @ weight.T + bias, task.test)


def _features(examples: Examples, spec: NetworkSpec) -> Tensor:
    return step_features(examples.inputs.unsqueeze(1), spec, examples.lengths)


def _logistic(train: Tensor, classes: Tensor, test: Tensor) -> Tensor:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(max_iter=MOST_STEPS).fit(train.numpy(), classes.numpy())
    answers = torch.full((len(test), int(model.classes_.max()) + 1), -torch.inf)
    shares = torch.as_tensor(model.predict_proba(test.numpy())).float()
    answers[:, torch.as_tensor(model.classes_)] = shares.clamp_min(torch.finfo(shares.dtype).tiny).log()
    return answers
