"""Deploy a network: drive the device with every node's sequences, layer by layer, and read the answer.

The device is whatever stands behind the setup; each layer's drives and readouts are a run of their own,
and what is decoded is read back from those runs: what was not stored did not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs.interrupts import stop_on_signals
from nado_lab.lab.runs.observer import Observer, Shares, Staged
from nado_lab.lab.store import Run
from nado_lab.lab.workflow.play_drives import PlayOptions, own_readout, play_drives
from nado_lab.lab.workflow.side_by_side import packed, unpacked

if TYPE_CHECKING:
    from nado_lab.lab.setup import Setup
    from nado_lab.network import DeviceNetwork

SHOWN_CHANNELS = 12
_LOOK_S = 0.2
Respond = Callable[[int, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Deployment:
    """What the devices made of a network's drives."""

    outputs: np.ndarray  # (trial, output), or (trial, step, output), of the readout layer
    drives: list[np.ndarray]  # per layer (trial, node, step, port) in [-1, 1]
    readouts: list[np.ndarray]  # per layer (trial, node, step, channel), device units
    runs: list[Path] = field(default_factory=list)  # layer by layer, those of its devices


def deploy_on(
    network: DeviceNetwork,
    inputs: np.ndarray,
    setups: Sequence[Setup],
    out: Path,
    options: Sequence[PlayOptions] = (),
    observer: Observer | None = None,
) -> Deployment:
    """Send `inputs` (trial, step, feature) through `network` with `setups` as its nodes.

    Setups are one for all, one a layer, or so many a layer (a whole multiple), whose nodes then take them in
    turn; each has options of its own. One run a layer and setup is written into the folder `out`; it follows
    from those of the layers below. Drives are checked against the setup's limits before the first one of a
    layer is sent.
    """
    of_layers = check_fit(network, setups)
    options, observer = options or [PlayOptions()], observer or Observer()
    out.mkdir(parents=True, exist_ok=options[0].resume)
    runs: list[Path] = []
    lineage = list(options[0].lineage)
    total, played = len(inputs) * network.node_count, 0

    def respond(layer: int, drive: np.ndarray) -> np.ndarray:
        nonlocal played
        below, count = tuple(lineage), len(of_layers[layer])
        share = (played + len(drive)) / total
        parts = [
            Part(
                own,
                nodes_of(network, layer, count, number),
                part,
                run_of(out, layer, number),
                replace(options[(layer * count + number) % len(options)], lineage=below),
            )
            for number, (own, part) in enumerate(
                zip(of_layers[layer], split(network, layer, drive, count), strict=False)
            )
        ]
        answers = play_at_once(parts, Staged(observer, "deploy", played / total, share))
        played += len(drive)
        runs.extend(part.path for part in parts)
        lineage.extend(Run.open(part.path).metadata.run_id for part in parts)
        return merge(network, layer, answers)

    return replace(deploy_layers(network, inputs, respond), runs=runs)


@dataclass(frozen=True)
class Part:
    """What one setup plays of a layer: drives (trial, step, port) of `nodes` nodes of each example."""

    setup: Setup
    nodes: int
    drive: np.ndarray
    path: Path
    options: PlayOptions


def play_at_once(parts: Sequence[Part], observer: Observer) -> list[np.ndarray]:
    """Play all parts, each on its setup, at the same time; give their readouts (trial, step, channel).

    Where one fails the others are stopped; their runs are kept, to be gone on with.
    """
    if len(parts) == 1:
        return [_play(parts[0], observer)]
    whole = Shares(observer, len(parts))
    with (
        stop_on_signals(observer.stop),  # which only this thread hears
        ThreadPoolExecutor(len(parts), thread_name_prefix="setup") as pool,
    ):
        playing = [pool.submit(_play, part, whole.part(number)) for number, part in enumerate(parts)]
        left = set(playing)
        while left:  # with a time-out: Windows hears no Ctrl-C while it waits without one
            done, left = wait(left, _LOOK_S, FIRST_EXCEPTION)
            if any(each.exception() for each in done):
                observer.stop.stop("another setup of the layer failed")
    return [each.result() for each in playing]


def _play(part: Part, observer: Observer) -> np.ndarray:
    """Play a part, its nodes side by side where the setup has several devices."""
    devices, probed = len(part.setup.devices), part.options.probe is not None
    drive = packed(part.drive, part.nodes, devices) if devices else part.drive
    answer = own_readout(play_drives(drive, part.setup, part.path, part.options, observer), probed)
    return unpacked(answer, part.nodes) if devices else answer


def nodes_of(network: DeviceNetwork, layer: int, setups: int, number: int) -> int:
    """Count the nodes of a layer that setup `number` of so many plays."""
    return len(range(number, network.spec.layers[layer].nodes, setups))


def deploy_layers(network: DeviceNetwork, inputs: np.ndarray, respond: Respond) -> Deployment:
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
        answers = torch.as_tensor(answer)  # in its own precision: a small signal may lie on a large offset
        readouts.append(answers.unflatten(0, drives[-1].shape[:2]))
    with torch.no_grad():
        outputs = network.decode(readouts)
    return Deployment(outputs.numpy(), [each.numpy() for each in drives], [each.numpy() for each in readouts])


def run_of(out: Path, layer: int, device: int = 0) -> Path:
    """Name the run of a layer, and of one of its devices, in the folder of a deployment."""
    return out / (f"layer{layer}-device{device}.zarr" if device else f"layer{layer}.zarr")


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
