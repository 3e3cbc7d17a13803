"""Deploy a network: drive the device with every node's sequences, layer by layer, and read the answer.

The device is whatever stands behind the setup; each layer's drives and readouts are a run of their own,
and what is decoded is read back from those runs: what was not stored did not happen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from lab.errors import LabError
from lab.runs import run_protocol
from lab.store import Run
from protocols import Drives

if TYPE_CHECKING:
    from instruments import NanoringSetup
    from network import DeviceNetwork

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Deployment:
    """What a device made of a network's drives."""

    outputs: np.ndarray  # (trial, output) of the readout layer
    readouts: list[np.ndarray]  # per layer (trial, node, step, channel), device units
    runs: list[Path]  # per layer, the run that holds its drives and readouts


def deploy(
    network: DeviceNetwork,
    inputs: np.ndarray,
    setup: NanoringSetup,
    out: Path,
    *,
    progress: Progress | None = None,
    lineage: tuple[str, ...] = (),
) -> Deployment:
    """Send `inputs` (trial, step, feature) through `network` with `setup` as every node.

    One run a layer is written into the new folder `out`. Drives are checked against the setup's limits
    before the first one of a layer is sent.
    """
    check_fit(network, setup)
    out.mkdir(parents=True)
    features = torch.as_tensor(inputs, dtype=torch.float32)
    readouts: list[torch.Tensor] = []
    runs: list[Path] = []
    for layer in range(network.layer_count):
        with torch.no_grad():
            drive = network.drives(layer, features, readouts[-1] if readouts else None)
        runs.append(out / f"layer{layer}.zarr")
        readouts.append(_play(drive, setup, runs[-1], progress, lineage))
    with torch.no_grad():
        outputs = network.decode(readouts)
    return Deployment(outputs.numpy(), [each.numpy() for each in readouts], runs)


def check_fit(network: DeviceNetwork, setup: NanoringSetup) -> None:
    """Refuse a device that has other ports or channels than the network was trained for."""
    if network.port_count != setup.port_count or tuple(network.channels) != tuple(setup.channels):
        raise LabError(
            f"the network was trained for {network.port_count} port(s) and the channels "
            f"{', '.join(network.channels)}; this setup has {setup.port_count} port(s) and "
            f"{', '.join(setup.channels)}. Deploy to the kind of setup that its twin was measured on."
        )


def _play(
    drive: torch.Tensor,
    setup: NanoringSetup,
    run: Path,
    progress: Progress | None,
    lineage: tuple[str, ...],
) -> torch.Tensor:
    """Play `drive` (trial, node, step, port) node after node; return (trial, node, step, channel)."""
    protocol = Drives()
    protocol.drive = drive.flatten(0, 1).double().numpy()
    run_protocol(protocol, setup, run, lineage=lineage, progress=progress)
    readout = Run.open(run).dataset()["readout"].values
    return torch.as_tensor(readout, dtype=torch.float32).unflatten(0, drive.shape[:2])
