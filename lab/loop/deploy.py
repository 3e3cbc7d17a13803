"""Deploy a network: drive the device with every node's sequences, layer by layer, and read the answer.

The device is whatever stands behind the setup; each layer's drives and readouts are a run of their own,
and what is decoded is read back from those runs: what was not stored did not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from lab.errors import LabError
from lab.loop.play import AS_USUAL, PlayOptions, own_readout, play

if TYPE_CHECKING:
    from lab.setup import Setup
    from network import DeviceNetwork

SHOWN_CHANNELS = 12
Respond = Callable[[int, np.ndarray], np.ndarray]


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
    setup: Setup | Sequence[Setup],
    out: Path,
    options: PlayOptions = AS_USUAL,
) -> Deployment:
    """Send `inputs` (trial, step, feature) through `network` with `setup` (or one a layer) as every node.

    One run a layer is written into the folder `out`. Drives are checked against the setup's limits before
    the first one of a layer is sent.
    """
    setups = check_fit(network, setup)
    out.mkdir(parents=True, exist_ok=options.resume)

    def on_setup(layer: int, drive: np.ndarray) -> np.ndarray:
        return own_readout(play(drive, setups[layer], run_of(out, layer), options), options)

    return deploy_layers(network, inputs, out, on_setup)


def deploy_layers(network: DeviceNetwork, inputs: np.ndarray, out: Path, respond: Respond) -> Deployment:
    """Send `inputs` (trial, step, feature) through `network`, layer by layer.

    `respond(layer, drive (trial, step, port))` gives the readout (trial, step, channel) of a layer; the
    nodes of an example follow each other as trials.
    """
    features = torch.as_tensor(inputs, dtype=torch.float32)
    drives: list[torch.Tensor] = []
    readouts: list[torch.Tensor] = []
    for layer in range(network.layer_count):
        with torch.no_grad():
            drives.append(network.drives(layer, features, readouts))
        answer = respond(layer, drives[-1].flatten(0, 1).double().numpy())
        answers = torch.as_tensor(answer, dtype=torch.float32)
        readouts.append(answers.unflatten(0, drives[-1].shape[:2]))
    with torch.no_grad():
        outputs = network.decode(readouts)
    runs = [run_of(out, layer) for layer in range(network.layer_count)]
    return Deployment(outputs.numpy(), [d.numpy() for d in drives], [r.numpy() for r in readouts], runs)


def run_of(out: Path, layer: int) -> Path:
    """Name the run of a layer in the folder of a deployment."""
    return out / f"layer{layer}.zarr"


def check_fit(network: DeviceNetwork, setup: Setup | Sequence[Setup]) -> list[Setup]:
    """Return the setup of each layer; refuse one with other ports or channels than its layer has."""
    layers = network.spec.layers
    setups = list(setup) if isinstance(setup, Sequence) else [setup] * len(layers)
    if len(setups) != len(layers):
        raise LabError(
            f"{len(layers)} layers need one setup, or {len(layers)} (one a layer); got {len(setups)}"
        )
    if network.spec.recurrent:
        raise LabError(
            "the network feeds a layer's readouts back a step later; a setup plays one node's whole trial "
            "at a time and cannot do that. Train without recurrent=true to measure, or evaluate on the twin"
        )
    for index, (layer, own) in enumerate(zip(layers, setups, strict=True)):
        if layer.ports != own.port_count or tuple(layer.channels) != tuple(own.channels):
            raise LabError(
                f"layer {index} was trained for {_kind(layer.ports, layer.channels)}; this setup has "
                f"{_kind(own.port_count, own.channels)}. Deploy to the setup its twin was measured on."
            )
    return setups


def _kind(ports: int, channels: Sequence[str]) -> str:
    names = list(channels) if len(channels) <= SHOWN_CHANNELS else [*channels[: SHOWN_CHANNELS - 1], "..."]
    return f"{ports} port(s) and the {len(channels)} channels {', '.join(names)}"
