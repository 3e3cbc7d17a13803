"""Deploy a network: drive the device with every node's sequences, layer by layer, and read the answer.

The device is whatever stands behind the setup; each layer's drives and readouts are a run of their own,
and what is decoded is read back from those runs: what was not stored did not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs.observer import Observer, Staged
from nado_lab.lab.store import Run
from nado_lab.lab.workflow.length_groups import length_groups, rest_after
from nado_lab.lab.workflow.play_at_once import Part, play_at_once
from nado_lab.lab.workflow.play_drives import PlayOptions

if TYPE_CHECKING:
    from nado_lab.lab.setup import Setup
    from nado_lab.network import DeviceNetwork

SHOWN_CHANNELS = 12
Respond = Callable[[int, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Deployment:
    """What the devices made of a network's drives."""

    outputs: np.ndarray  # (trial, output), or (trial, step, output), of the readout layer
    drives: list[np.ndarray]  # per layer (trial, node, step, port) in [-1, 1]
    readouts: list[np.ndarray]  # per layer (trial, node, step, channel), device units
    runs: list[Path] = field(default_factory=list)  # layer by layer, those of its devices
    lengths: np.ndarray | None = None  # (trial,) steps of trials of unequal length; after them nothing counts


def deploy_on(
    network: DeviceNetwork,
    inputs: np.ndarray,
    setups: Sequence[Setup],
    out: Path,
    options: Sequence[PlayOptions] = (),
    observer: Observer | None = None,
    lengths: np.ndarray | None = None,
) -> Deployment:
    """Send `inputs` (trial, step, feature) through `network` with `setups` as its nodes.

    Setups are one for all, one a layer, or so many a layer (a whole multiple), whose nodes then take them in
    turn; each has options of its own. One run a layer and setup is written into the folder `out`; it follows
    from those of the layers below. Drives are checked against the setup's limits before the first one of a
    layer is sent. Trials of unequal `lengths` (trial,) are grouped (`length_groups`), with a run for each
    group; within one a trial that is over rests until the longest is, and what was read then is left out.
    """
    of_layers = check_fit(network, setups)
    options, observer = options or [PlayOptions()], observer or Observer()
    out.mkdir(parents=True, exist_ok=options[0].resume)
    groups = length_groups(len(inputs), inputs.shape[1], lengths)
    player = _Player(network, of_layers, out, options, observer, len(inputs) * network.node_count)

    def respond(layer: int, drive: np.ndarray) -> np.ndarray:
        if lengths is None:
            return player.play(layer, drive)
        nodes, below = network.spec.layers[layer].nodes, tuple(player.lineage)
        of_examples = drive.reshape(-1, nodes, *drive.shape[1:])
        answers = np.zeros((*of_examples.shape[:3], len(network.spec.layers[layer].channels)))
        for group in groups:
            sent = of_examples[group.examples, :, : group.steps]
            answer = player.play(layer, sent.reshape(-1, *sent.shape[2:]), group.name, below)
            answers[group.examples, :, : group.steps] = answer.reshape(*sent.shape[:3], -1)
        return answers.reshape(-1, *answers.shape[2:])

    return replace(deploy_layers(network, inputs, respond, lengths), runs=player.runs)


@dataclass
class _Player:
    """Plays the drives of one layer after the other on its setups, and keeps which runs follow from which."""

    network: DeviceNetwork
    of_layers: list[list[Setup]]
    out: Path
    options: Sequence[PlayOptions]
    observer: Observer
    total: int
    played: int = 0
    runs: list[Path] = field(default_factory=list)
    lineage: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lineage = list(self.options[0].lineage)

    def play(
        self, layer: int, drive: np.ndarray, name: str = "", below: tuple[str, ...] | None = None
    ) -> np.ndarray:
        """Play drive (trial, step, port) of a layer, into runs of this `name`; return what was read."""
        below, setups = tuple(self.lineage) if below is None else below, self.of_layers[layer]
        count, options = len(setups), self.options
        share = (self.played + len(drive)) / self.total
        parts = [
            Part(
                own,
                nodes_of(self.network, layer, count, number),
                part,
                run_of(self.out, layer, number, name),
                replace(options[(layer * count + number) % len(options)], lineage=below),
            )
            for number, (own, part) in enumerate(
                zip(setups, split(self.network, layer, drive, count), strict=False)
            )
        ]
        answers = play_at_once(parts, Staged(self.observer, "deploy", self.played / self.total, share))
        self.played += len(drive)
        self.runs.extend(part.path for part in parts)
        self.lineage.extend(Run.open(part.path).metadata.run_id for part in parts)
        return merge(self.network, layer, answers)


def nodes_of(network: DeviceNetwork, layer: int, setups: int, number: int) -> int:
    """Count the nodes of a layer that setup `number` of so many plays."""
    return len(range(number, network.spec.layers[layer].nodes, setups))


def deploy_layers(
    network: DeviceNetwork, inputs: np.ndarray, respond: Respond, lengths: np.ndarray | None = None
) -> Deployment:
    """Send `inputs` (trial, step, feature) through `network`, layer by layer.

    `respond(layer, drive (trial, step, port))` gives the readout (trial, step, channel) of a layer; the
    nodes of an example follow each other as trials. After their own `lengths` (trial,) drives rest.
    """
    features = torch.as_tensor(inputs, dtype=torch.float32)
    drives: list[torch.Tensor] = []
    readouts: list[torch.Tensor] = []
    for layer in range(network.layer_count):
        with torch.no_grad():
            driven = network.drives(layer, features, readouts)
        drives.append(torch.as_tensor(rest_after(driven.numpy(), lengths)))
        answer = respond(layer, drives[-1].flatten(0, 1).double().numpy())
        answers = torch.as_tensor(answer)  # in its own precision: a small signal may lie on a large offset
        readouts.append(answers.unflatten(0, drives[-1].shape[:2]))
    with torch.no_grad():
        outputs = network.decode(readouts, None if lengths is None else torch.as_tensor(lengths))
    driven, read = ([each.numpy() for each in some] for some in (drives, readouts))
    return Deployment(outputs.numpy(), driven, read, lengths=lengths)


def run_of(out: Path, layer: int, device: int = 0, group: str = "") -> Path:
    """Name the run of a layer, of one of its devices and of a group in the folder of a deployment."""
    return out / f"layer{layer}{f'-device{device}' if device else ''}{group}.zarr"


def split(network: DeviceNetwork, layer: int, drive: np.ndarray, devices: int) -> list[np.ndarray]:
    """Share drive (trial, step, port), node after node of each example, out to `devices` in turn."""
    nodes = network.spec.layers[layer].nodes
    node = np.arange(len(drive)) % nodes
    return [drive[node % devices == device] for device in range(min(devices, nodes))]


def merge(network: DeviceNetwork, layer: int, answers: list[np.ndarray]) -> np.ndarray:
    """Put the answers (trial, step, channel) of several devices into the order `split` took them from."""
    nodes, count = network.spec.layers[layer].nodes, sum(map(len, answers))
    node = np.arange(count) % nodes
    whole = np.empty((count, *answers[0].shape[1:]), answers[0].dtype)
    for device, answer in enumerate(answers):
        whole[node % len(answers) == device] = answer
    return whole


def check_fit(network: DeviceNetwork, setups: Sequence[Setup]) -> list[list[Setup]]:
    """Return the setups of each layer, to be played whole trials; refuse what they cannot realise."""
    if network.spec.recurrent:
        raise LabError(
            "the network feeds a layer's readouts back a step later; a setup that plays one node's whole "
            "trial at a time cannot do that. Train without recurrent=true to measure, or evaluate on the twin"
        )
    return setups_of_layers(network, setups)


def setups_of_layers(network: DeviceNetwork, setups: Sequence[Setup]) -> list[list[Setup]]:
    """Return the setups of each layer; refuse one with other ports or channels than its layer has."""
    layers = network.spec.layers
    given = list(setups)
    each, left = divmod(len(given), len(layers))
    if len(given) != 1 and (left or not each):
        raise LabError(
            f"{len(layers)} layers need one setup, {len(layers)} (one a layer) or a multiple (several a "
            f"layer, whose nodes take them in turn); got {len(given)}"
        )
    of_layers = [given[i * each : (i + 1) * each] if len(given) > 1 else given for i in range(len(layers))]
    for layer, mine in enumerate(of_layers):
        for own in mine:
            check_layer(network, layer, own)
    return of_layers


def check_layer(network: DeviceNetwork, layer: int, setup: Setup) -> None:
    """Refuse a setup with other ports or channels than the layer was trained for."""
    spec = network.spec.layers[layer]
    if spec.ports != setup.port_count or tuple(spec.channels) != tuple(setup.channels):
        raise LabError(
            f"layer {layer} was trained for {_kind(spec.ports, spec.channels)}; this setup has "
            f"{_kind(setup.port_count, setup.channels)}. Deploy to the setup its twin was measured on."
        )


def device_seconds(network: DeviceNetwork, setups: Sequence[Setup], examples: int, steps: int) -> float:
    """Foretell the seconds that so many examples of so many steps take; setups of a layer play at once."""
    return sum(
        max(
            own.estimate_s(
                examples * -(-nodes_of(network, layer, len(mine), number) // max(1, len(own.devices))), steps
            )
            for number, own in enumerate(mine)
        )
        for layer, mine in enumerate(check_fit(network, setups))
    )


def _kind(ports: int, channels: Sequence[str]) -> str:
    names = list(channels) if len(channels) <= SHOWN_CHANNELS else [*channels[: SHOWN_CHANNELS - 1], "..."]
    return f"{ports} port(s) and the {len(channels)} channels {', '.join(names)}"
