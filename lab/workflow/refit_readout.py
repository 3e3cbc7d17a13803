"""The readout of a deployed network, fitted again to what the device answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from nado_lab.lab.errors import LabError
from nado_lab.lab.reports.deployment_report import RefittedReadout
from nado_lab.network import score_answers
from nado_lab.network.training.loss import loss_of
from torch import Tensor

if TYPE_CHECKING:
    from nado_lab.lab.workflow.deploy_layers import Deployment
    from nado_lab.network import DeviceNetwork, Examples, Task

FOLDS = 4
PENALTIES = (1e-3, 1e-2, 1e-1, 1.0, 10.0)
MOST_STEPS = 60
Change = Callable[[Tensor, Tensor], Tensor]
"""Features and answers (trial[, step], ...) to the answers of the refitted readout."""


def calibrated(share: float, examples: int) -> int:
    """Return how many of the examples a share is; refuse one that leaves too few on either side."""
    count = round(share * examples)
    if not FOLDS <= count < examples:
        raise LabError(
            f"a share of {share:g} leaves {count} of {examples} sequences to fit the readout on and "
            f"{examples - count} to score; it takes at least {FOLDS} and 1"
        )
    return count


def refit_readout(
    network: DeviceNetwork, task: Task, deployed: Deployment, on_twin: Tensor, share: float, seed: int
) -> RefittedReadout:
    """Fit the readout on a share of the deployed sequences and score all readouts on the others.

    The trained weights are moved along the task's loss, held to where they stand by a penalty on the
    squared change (features in units of their deviation); how strong, four folds of the calibration
    sequences decide, and "not at all" is one of the choices. `on_twin` are the twin's answers.
    """
    count = calibrated(share, len(task.test))
    order = torch.randperm(len(task.test), generator=torch.Generator().manual_seed(seed))
    learnt, scored = order[:count], order[count:]
    features, answers = _answered(network, deployed)
    penalty = _choose(task, features[learnt], answers[learnt], task.test[learnt])
    change = _fit(task, features[learnt], answers[learnt], task.test[learnt], penalty)
    refitted = change(features[scored], answers[scored])
    wanted = task.test[scored]
    return RefittedReadout(
        calibrated_on=count,
        scored_on=len(scored),
        penalty=penalty,
        twin=score_answers(task, on_twin[scored], wanted),
        device_trained=score_answers(task, answers[scored], wanted),
        device_refitted=score_answers(task, refitted, wanted),
    )


def fitted_readout(
    network: DeviceNetwork, task: Task, deployed: Deployment, examples: Examples
) -> float | None:
    """Fit the readout to what was deployed of these examples, in place; return the penalty chosen."""
    features, answers = _answered(network, deployed)
    penalty = _choose(task, features, answers, examples)
    change = _fit(task, features, answers, examples, penalty)
    with torch.no_grad():  # the correction is linear: read it off at the unit vectors
        width = features.shape[-1]
        at_zero = change(torch.zeros(1, width), torch.zeros(1, answers.shape[-1]))
        slopes = change(torch.eye(width), torch.zeros(width, answers.shape[-1])) - at_zero
        network.readout.weight.add_(slopes.T)
        network.readout.bias.add_(at_zero[0])
    return penalty


@torch.no_grad()
def _answered(network: DeviceNetwork, deployed: Deployment) -> tuple[Tensor, Tensor]:
    """Return the features the device gave, and what the readout made of them."""
    lengths = None if deployed.lengths is None else torch.as_tensor(deployed.lengths)
    features = network.features([torch.as_tensor(each) for each in deployed.readouts], lengths)
    return features, network.readout(features)


def _choose(task: Task, features: Tensor, answers: Tensor, examples: Examples) -> float | None:
    """Choose the penalty by cross-validation; None where leaving the readout alone does best."""
    fold = torch.arange(len(features)) % FOLDS
    losses: dict[float | None, float] = {None: float(loss_of(task, answers, examples))}
    for penalty in PENALTIES:
        held = 0.0
        for each in range(FOLDS):
            mine, out = fold != each, fold == each
            change = _fit(task, features[mine], answers[mine], examples[mine], penalty)
            held += float(loss_of(task, change(features[out], answers[out]), examples[out])) / FOLDS
        losses[penalty] = held
    return min(losses, key=lambda each: losses[each])


def _fit(task: Task, features: Tensor, answers: Tensor, examples: Examples, penalty: float | None) -> Change:
    """Fit a correction to answers (trial[, step], output), linear in the features; return a function."""
    if penalty is None:
        return lambda _, theirs: theirs
    flat = features.flatten(0, -2)
    mean, scale = flat.mean(0), flat.std(0).clamp_min(1e-9)
    known = (features - mean) / scale
    weight = torch.zeros(answers.shape[-1], flat.shape[-1], requires_grad=True)
    bias = torch.zeros(answers.shape[-1], requires_grad=True)
    descent = torch.optim.LBFGS([weight, bias], max_iter=MOST_STEPS, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        descent.zero_grad()
        loss = loss_of(task, answers + known @ weight.T + bias, examples)
        loss = loss + penalty * weight.square().mean()
        loss.backward()
        return loss

    descent.step(closure)
    found, level = weight.detach(), bias.detach()
    return lambda other, theirs: theirs + (other - mean) / scale @ found.T + level
