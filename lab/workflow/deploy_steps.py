"""Deploy step by step: each node on a device of its own, all nodes of a layer stepped together.

So recurrent connections are realised: what drives a step depends on what all nodes answered a step before.
What is decoded is read back from the runs, as in `deploy_layers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from nado_lab.instruments.errors import SetupError
from nado_lab.lab.errors import LabError
from nado_lab.lab.reports.deployment_report import Finding
from nado_lab.lab.runs.observer import Observer, Staged
from nado_lab.lab.store import Run, Status, run_timing
from nado_lab.lab.workflow.deploy_layers import Deployment, run_of, setups_of_layers
from nado_lab.lab.workflow.device_check import SAME_TIMING
from nado_lab.lab.workflow.length_groups import rest_after
from nado_lab.lab.workflow.play_drives import PlayOptions
from nado_lab.lab.workflow.stepped_bench import StepOptions, SteppedBench, record_episodes
from nado_lab.network import step_layer
from nado_lab.protocols.device import StepwiseDevice

if TYPE_CHECKING:
    from nado_lab.lab.setup import Setup
    from nado_lab.network import DeviceNetwork

INSTEAD = "Train without recurrent=true to measure, or evaluate on the twin"
SLOWER = (
    "If the device forgets in that time, write a longer period_s in [stepwise] of the setup, and fit the "
    "twin to runs of that timing (-p stepwise=true)"
)
_KEPT = ("drive", "readout")


def deploy_step_by_step(
    network: DeviceNetwork,
    inputs: np.ndarray,
    setups: Sequence[Setup],
    out: Path,
    options: Sequence[PlayOptions] = (),
    observer: Observer | None = None,
    lengths: np.ndarray | None = None,
) -> Deployment:
    """Send `inputs` (trial, step, feature) through `network`, layer by layer, one example and step at a time.

    Setups are shared out as in `deploy_on`. One run a layer and setup is written into the folder `out`, an
    episode an example, of its own `lengths` (trial,) where they are unequal. With `resume` what is complete
    is read, and the rest gone on with.
    """
    of_layers = stepwise_layers(network, setups)
    options, observer = list(options) or [PlayOptions()], observer or Observer()
    out.mkdir(parents=True, exist_ok=options[0].resume)
    features = torch.as_tensor(inputs, dtype=torch.float32)
    ends = [inputs.shape[1]] * len(inputs) if lengths is None else lengths.tolist()
    lineage, runs = list(options[0].lineage), list[Path]()
    drives, readouts = list[torch.Tensor](), list[torch.Tensor]()
    for layer, mine in enumerate(of_layers):
        with torch.no_grad():
            mixed = network.mix(layer, features, readouts)
        paths = [run_of(out, layer, number) for number in range(len(mine))]
        own = [options[(layer * len(mine) + number) % len(options)] for number in range(len(mine))]
        own = [replace(each, lineage=tuple(lineage)) for each in own]
        look = Staged(observer, "deploy", layer / len(of_layers), (layer + 1) / len(of_layers))
        each = [mixed[i : i + 1, :end] for i, end in enumerate(ends)]
        _record(network, layer, each, mine, paths, own, look)
        found = [Run.open(path) for path in paths]
        drive, readout = (_read(found, name, network.spec.layers[layer].nodes, len(mixed)) for name in _KEPT)
        drives.append(torch.as_tensor(rest_after(drive.numpy(), lengths)))
        readouts.append(torch.as_tensor(rest_after(readout.numpy(), lengths, 0.0)))
        runs += paths
        lineage += [run.metadata.run_id for run in found]
    with torch.no_grad():
        outputs = network.decode(readouts, None if lengths is None else torch.as_tensor(lengths))
    driven, read = ([each.numpy() for each in some] for some in (drives, readouts))
    return Deployment(outputs.numpy(), driven, read, runs, lengths)


def _record(
    network: DeviceNetwork,
    layer: int,
    mixed: Sequence[torch.Tensor],
    setups: Sequence[Setup],
    paths: Sequence[Path],
    options: Sequence[PlayOptions],
    observer: Observer,
) -> None:
    """Run a layer on its benches under what it sees of each example, mixed (1, step, drive).

    What is there already is not run again.
    """
    resume = options[0].resume
    if resume and all(path.exists() and Run.open(path).status is Status.COMPLETE for path in paths):
        return
    examples, steps = len(mixed), max(each.shape[1] for each in mixed)
    asked = [StepOptions(steps, (), examples, each.source, each.lineage, resume) for each in options]

    def body(benches: list[SteppedBench]) -> None:
        devices = benches if len(benches) > 1 else benches[0]
        for example in range(min(bench.episodes_done for bench in benches), examples):
            for bench in benches:
                bench.number = example
            with torch.no_grad():
                step_layer(network.layer(layer), mixed[example], devices)
            for bench in benches:
                bench.end()

    record_episodes(setups, paths, body, asked, observer)


def _read(runs: Sequence[Run], name: str, nodes: int, examples: int) -> torch.Tensor:
    """Read (trial, node, step, ·) of the runs whose devices the nodes of a layer take in turn."""
    parts = []
    for run in runs:
        data = run.dataset()
        values, numbers = data[name].values, data["sequence"].values.tolist()
        last = {number: row for row, number in enumerate(numbers)}  # a resumed example was played again
        if set(last) != set(range(examples)):
            raise LabError(f"{run.path} holds {len(last)} examples, not the {examples} of this deployment")
        rows = values[[last[number] for number in range(examples)]]
        parts.append(rows if "device" in data[name].dims else rows[:, None])
    picked = [parts[node % len(parts)][:, node // len(parts)] for node in range(nodes)]
    return torch.as_tensor(np.stack(picked, axis=1), dtype=torch.float32)


def stepwise_layers(network: DeviceNetwork, setups: Sequence[Setup]) -> list[list[Setup]]:
    """Return the setups of each layer; refuse one that is not stepwise, or has too few devices."""
    of_layers, recurrent = setups_of_layers(network, setups), network.spec.recurrent
    for layer, mine in enumerate(of_layers):
        for number, own in enumerate(mine):
            _require_stepwise(own, "the network feeds a layer's readouts back a step later, and " * recurrent)
            nodes = len(range(number, network.spec.layers[layer].nodes, len(mine)))
            if nodes > max(len(own.devices), 1):
                raise LabError(
                    f"step by step every node needs a device of its own: layer {layer} puts {nodes} nodes "
                    f"on a setup of {max(len(own.devices), 1)} device(s). {INSTEAD}"
                )
    return of_layers


def late_steps(runs: Sequence[Run]) -> tuple[Finding, ...]:
    """Say where steps followed each other less often than was meant, and so than the twin knows."""
    found = []
    for run in runs:
        timing = run_timing(run)
        if timing.step_s and timing.late and timing.late.median > SAME_TIMING * timing.step_s:
            came, meant = 1e3 * (timing.step_s + timing.late.median), 1e3 * timing.step_s
            told = f"one every {came:.3g} ms in the median, where {meant:.3g} ms were meant"
            found.append(Finding("steps came late", f"{Path(run.path).name}: {told}. {SLOWER}"))
    return tuple(found)


def seconds_step_by_step(network: DeviceNetwork, setups: Sequence[Setup], examples: int, steps: int) -> float:
    """Foretell the seconds that so many examples of so many steps take, one setup after the other."""
    each = [own for mine in stepwise_layers(network, setups) for own in mine]
    return sum(own.estimate_steps_s(examples, steps) for own in each if isinstance(own, StepwiseDevice))


def _require_stepwise(setup: Setup, why: str) -> None:
    """Refuse a setup that cannot be asked step by step; `why` it should begins the sentence."""
    if not isinstance(setup, StepwiseDevice):
        raise LabError(f"{why}a {type(setup).__name__} cannot be asked step by step. {INSTEAD}")
    try:
        setup.require_stepwise()
    except SetupError as error:
        raise LabError(f"{why}{error}. {INSTEAD}") from error
