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
from lab.runs import resume_protocol, run_protocol
from lab.store import Run, Status
from protocols import Drives

if TYPE_CHECKING:
    from lab.setup import Setup
    from network import DeviceNetwork

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Deployment:
    """What a device made of a network's drives."""

    outputs: np.ndarray  # (trial, output), or (trial, step, output), of the readout layer
    drives: list[np.ndarray]  # per layer (trial, node, step, port) in [-1, 1]
    readouts: list[np.ndarray]  # per layer (trial, node, step, channel), device units
    runs: list[Path]  # per layer, the run that holds its drives and readouts


@dataclass(frozen=True)
class PlayOptions:
    """How each layer's run is made: progress(done, total), lineage, where the setup came from, resuming."""

    progress: Progress | None = None
    lineage: tuple[str, ...] = ()
    source: str = ""
    seed: int = 0
    resume: bool = False


def deploy(
    network: DeviceNetwork,
    inputs: np.ndarray,
    setup: Setup,
    out: Path,
    options: PlayOptions = PlayOptions(),
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
    protocol = Drives()
    protocol.drive = drive.flatten(0, 1).double().numpy()
    if options.resume and run.exists():
        _go_on(protocol, setup, run, options)
    else:
        run_protocol(
            protocol,
            setup,
            run,
            lineage=options.lineage,
            progress=options.progress,
            source=options.source,
            seed=options.seed,
        )
    opened = Run.open(run)
    if opened.status is not Status.COMPLETE:
        raise LabError(f"{run} was {opened.status}: {opened.metadata.reason}; go on with --resume")
    readout = opened.dataset()["readout"].values
    return torch.as_tensor(readout, dtype=torch.float32).unflatten(0, drive.shape[:2])


def _go_on(protocol: Drives, setup: Setup, run: Path, options: PlayOptions) -> None:
    """Complete a layer's run that ended early, if it played these very drives."""
    opened = Run.open(run)
    stored = opened.dataset()["drive"].values
    asked = np.asarray(protocol.drive)
    if len(stored) > len(asked) or not np.allclose(stored, asked[: len(stored)], atol=1e-6):
        raise LabError(f"{run} holds other drives than this network sends; deploy into a new folder")
    if opened.status is not Status.COMPLETE:
        resume_protocol(protocol, setup, run, progress=options.progress)
