"""What a linear readout sees of the steps of a trial."""

import torch
from nado_lab.network.lengths import own_steps, window_weights
from nado_lab.network.spec import NetworkSpec, StepReadout
from torch import Tensor, nn


def step_features(readouts: Tensor, spec: NetworkSpec, lengths: Tensor | None = None) -> Tensor:
    """Turn readouts (trial, node, step, channel) into the features that `spec` asks for."""
    return features_of_steps(readouts, spec.readout, spec.step_features, lengths)


def delayed(values: Tensor, delays: int) -> Tensor:
    """Put beside values (trial, step, value) those of up to `delays` steps before; zeros before the first."""
    if not delays:
        return values
    return nn.functional.pad(values, (0, 0, delays, 0)).unfold(1, delays + 1, 1).flatten(2)


def features_of_steps(
    readouts: Tensor, readout: StepReadout, count: int, lengths: Tensor | None = None
) -> Tensor:
    """Turn readouts (trial, node, step, channel) into `count` features of each, (trial, feature).

    With StepReadout.EACH the result is (trial, step, feature), each step with `count` - 1 steps before it.
    Of trials of these `lengths` (trial,) only their own steps are seen; ALL shows zero for the others.
    """
    if lengths is not None and readout is not StepReadout.EACH:
        return _of_own_steps(readouts, readout, count, lengths)
    match readout:
        case StepReadout.MEAN:
            return readouts.mean(2).flatten(1)
        case StepReadout.LAST:
            return readouts[:, :, -1].flatten(1)
        case StepReadout.ALL:
            return readouts.flatten(1)
        case StepReadout.WINDOWS:
            return _window_means(readouts, count).flatten(1)
        case StepReadout.EACH:
            return delayed(readouts.transpose(1, 2).flatten(2), count - 1)


def _of_own_steps(readouts: Tensor, readout: StepReadout, count: int, lengths: Tensor) -> Tensor:
    steps = readouts.shape[2]
    if readout is StepReadout.LAST:
        return readouts[torch.arange(len(readouts), device=lengths.device), :, lengths - 1].flatten(1)
    if readout is StepReadout.ALL:
        padding = ~own_steps(lengths, steps)[:, None, :, None]
        return nn.functional.pad(readouts.masked_fill(padding, 0.0), (0, 0, 0, count - steps)).flatten(1)
    windows = count if readout is StepReadout.WINDOWS else 1
    return torch.einsum("tws,tnsc->tnwc", window_weights(lengths, steps, windows), readouts).flatten(1)


def _window_means(readouts: Tensor, windows: int) -> Tensor:
    stretches = torch.tensor_split(readouts, windows, dim=2)
    return torch.stack([stretch.mean(2) for stretch in stretches], dim=2)
