"""What a linear readout sees of the steps of a trial."""

import torch
from torch import Tensor

from network.spec import NetworkSpec, StepReadout


def step_features(readouts: Tensor, spec: NetworkSpec) -> Tensor:
    """Turn readouts (trial, node, step, channel) into the features that `spec` asks for."""
    return features_of_steps(readouts, spec.readout, spec.step_features)


def features_of_steps(readouts: Tensor, readout: StepReadout, windows: int) -> Tensor:
    """Turn readouts (trial, node, step, channel) into features (trial, feature).

    With StepReadout.EACH the result is (trial, step, feature).
    """
    match readout:
        case StepReadout.MEAN:
            return readouts.mean(2).flatten(1)
        case StepReadout.LAST:
            return readouts[:, :, -1].flatten(1)
        case StepReadout.ALL:
            return readouts.flatten(1)
        case StepReadout.WINDOWS:
            return _window_means(readouts, windows).flatten(1)
        case StepReadout.EACH:
            return readouts.transpose(1, 2).flatten(2)


def _window_means(readouts: Tensor, windows: int) -> Tensor:
    stretches = torch.tensor_split(readouts, windows, dim=2)
    return torch.stack([stretch.mean(2) for stretch in stretches], dim=2)
