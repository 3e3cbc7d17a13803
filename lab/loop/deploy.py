"""Deploy a network: drive the device with every node's sequences, layer by layer, and read the answer.

The device is whatever stands behind the setup; each layer's drives and readouts are a run of their own,
and what is decoded is read back from those runs: what was not stored did not happen.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from lab.errors import LabError
from lab.loop.play import AS_USUAL, PlayOptions, play

if TYPE_CHECKING:
    from lab.setup import Setup
    from network import DeviceNetwork


@dataclass(frozen=True)
class Deployment:
    """What a device made of a network's drives."""

    outputs: np.ndarray  # (trial, output), or (trial, step, output), of the readout layer
    drives: list[np.ndarray]  # per layer (trial, node, step, port) in [-1, 1]
    readouts: list[np.ndarray]  # per layer (trial, node, step, channel), device units
    runs: list[Path]  # per layer, the run that holds its drives and readouts


def deploy(
    network: DeviceNetwork,
    inputs: np.ndarray,
    setup: Setup,
    out: Path,
    options: PlayOptions = AS_USUAL,
) -> Deployment:
    """Send `inputs` (trial, step, feature) through `network` with `setup` as every node.

    One run a layer is written into the folder `out`. Drives are checked against the setup's limits before
    the first one of a layer is sent.
    """
    check_fit(network, setup)
    out.mkdir(parents=True, exist_ok=options.resume)
    features = torch.as_tensor(inputs, dtype=torch.float32)
    drives: list[torch.Tensor] = []
    readouts: list[torch.Tensor] = []
    runs: list[Path] = []
    for layer in range(network.layer_count):
        with torch.no_grad():
            drives.append(network.drives(layer, features, readouts))
        runs.append(out / f"layer{layer}.zarr")
        readouts.append(_play(drives[-1], setup, runs[-1], options))
    with torch.no_grad():
        outputs = network.decode(readouts)
    return Deployment(outputs.numpy(), [d.numpy() for d in drives], [r.numpy() for r in readouts], runs)


def check_fit(network: DeviceNetwork, setup: Setup) -> None:
    """Refuse a device that has other ports or channels than the network was trained for."""
    if network.port_count != setup.port_count or tuple(network.channels) != tuple(setup.channels):
        raise LabError(
            f"the network was trained for {network.port_count} port(s) and the channels "
            f"{', '.join(network.channels)}; this setup has {setup.port_count} port(s) and "
            f"{', '.join(setup.channels)}. Deploy to the kind of setup that its twin was measured on."
        )


def _play(drive: torch.Tensor, setup: Setup, run: Path, options: PlayOptions) -> torch.Tensor:
    """Play `drive` (trial, node, step, port) node after node; return (trial, node, step, channel)."""
    opened = play(drive.flatten(0, 1).double().numpy(), setup, run, options)
    readout = opened.dataset()["readout"].values
    return torch.as_tensor(readout, dtype=torch.float32).unflatten(0, drive.shape[:2])
