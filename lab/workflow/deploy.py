"""Deploy: a network file to setups, layer by layer, with a report of device beside twin."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.compose import noise_seed_of, open_source
from nado_lab.lab.errors import LabError
from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.network_context import NetworkContext, OfTwins, read_context
from nado_lab.lab.new_output import refuse_existing, write_or_keep
from nado_lab.lab.reports.deployment_report import FILE as REPORT
from nado_lab.lab.reports.deployment_report import DeploymentReport
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.setup import OpenSetup, SetupSource
from nado_lab.lab.store import Run, run_timing
from nado_lab.lab.workflow import interruptions
from nado_lab.lab.workflow.compare import compare, twin_answers
from nado_lab.lab.workflow.deploy_layers import Deployment, check_fit, deploy_on, device_seconds
from nado_lab.lab.workflow.deploy_steps import (
    deploy_step_by_step,
    late_steps,
    seconds_step_by_step,
    stepwise_layers,
)
from nado_lab.lab.workflow.device_check import check_device
from nado_lab.lab.workflow.length_groups import MOST_GROUPS, length_groups
from nado_lab.lab.workflow.node_metrics import average_layers, find_failures, measure_nodes
from nado_lab.lab.workflow.play_drives import PlayOptions
from nado_lab.lab.workflow.refit_readout import calibrated, refit_readout
from nado_lab.lab.workflow.side_by_side import slots
from nado_lab.network import load

if TYPE_CHECKING:
    import numpy as np
    from nado_lab.lab.setup import Setup
    from nado_lab.network import DeviceNetwork, Examples, SavedNetwork


@dataclass(frozen=True)
class DeployRequest:
    """What to deploy where.

    `setups` are one, one a layer, or several a layer whose nodes take them in turn. `twins` say where those
    of the network's card lie now. `refit_readout` is the share of the examples on which the readout is fitted
    again. `seed` decides the twins' noise and that share. With `stepwise` each node is on a device of its own
    and all are asked step by step, as recurrent networks always are. With `other_device` the devices may be
    others than those that the twins were fitted to, with `other_timing` steps may come more or less often.
    """

    network: Path
    out: Path
    setups: tuple[SetupSource, ...]
    twins: tuple[Path, ...] = ()
    test_examples: int | None = None
    refit_readout: float | None = None
    resume: bool = False
    seed: int = 0
    other_device: bool = False
    stepwise: bool = False
    other_timing: bool = False


@dataclass(frozen=True)
class DeployResult:
    """The report as it was written, and what the devices answered."""

    report: DeploymentReport
    deployment: Deployment


@dataclass(frozen=True)
class DeployEstimate(JsonRecord):
    """How many examples, trials and seconds of drive a deployment takes."""

    n_test: int
    trials: int
    device_s: float


def sources_for(
    network: Path,
    names: Sequence[str],
    specimen: int = 0,
    noise_seed: int | None = None,
    faults: tuple[str, ...] = (),
) -> tuple[SetupSource, ...]:
    """Name the setups of a deployment; simulated ones are the specimens `specimen`, `specimen` + 1, ….

    Their noise is that of `noise_seed` and the numbers after it (None: chosen by the network's weights);
    `faults` break the first.
    """
    weights = network / "weights.safetensors"
    if noise_seed is None and weights.is_file():
        noise_seed = noise_seed_of("deploy", weights.read_bytes())
    return tuple(
        SetupSource(name, specimen + index, (noise_seed or 0) + index, () if index else faults)
        for index, name in enumerate(names)
    )


def deploy(
    request: DeployRequest, observer: Observer | None = None, open_setup: OpenSetup = open_source
) -> DeployResult:
    """Send the test examples of a network's task to the devices; write the report into OUT.

    However it ends early, that is noted beside the runs, and the report of the deployment that was gone on
    with tells of it.
    """
    saved, observer = load(request.network), observer or Observer()
    context = read_context(saved, request.twins, request.test_examples)
    if not request.resume:
        refuse_existing(request.out, or_else="go on with --resume")
    if request.refit_readout is not None:
        calibrated(request.refit_readout, len(context.task.test))
    interruptions.note_death(request.out)
    started = time.perf_counter()
    with ExitStack() as opened:
        setups = [opened.enter_context(open_setup(source)) for source in request.setups]
        check_devices(
            saved,
            context,
            setups,
            is_other=request.other_device,
            stepwise=request.stepwise,
            other_timing=request.other_timing,
        )
        examples = context.task.test
        inputs, lengths = examples.inputs.numpy(), lengths_of(examples)
        by_steps = saved.network.spec.recurrent or request.stepwise
        play = deploy_step_by_step if by_steps else deploy_on
        device_s = _seconds(saved.network, setups, examples, by_steps=by_steps)
        identities = _identities(setups)
        options = _play_options(context, request)
        try:
            done = play(saved.network, inputs, setups, request.out, options, observer, lengths)
        except BaseException as error:
            interruptions.note(request.out, error)
            raise
    report = replace(
        report_of(saved, context, done, request),
        device_identities=identities,
        device_s=device_s,
        wall_s=time.perf_counter() - started,
    )
    write_or_keep(report.write, request.out / REPORT)
    return DeployResult(report, done)


def estimate(request: DeployRequest, open_setup: OpenSetup = open_source) -> DeployEstimate:
    """Say what a deployment takes, without sending anything."""
    saved = load(request.network)
    examples = read_context(saved, request.twins, request.test_examples).task.test
    with ExitStack() as opened:
        setups = [opened.enter_context(open_setup(source)) for source in request.setups]
        by_steps = saved.network.spec.recurrent or request.stepwise
        seconds = _seconds(saved.network, setups, examples, by_steps=by_steps)
    return DeployEstimate(len(examples), len(examples) * saved.network.node_count, seconds)


def lengths_of(examples: Examples) -> np.ndarray | None:
    """Return the lengths (trial,) of examples of unequal length."""
    return None if examples.lengths is None else examples.lengths.numpy()


def _seconds(network: DeviceNetwork, setups: Sequence[Setup], examples: Examples, *, by_steps: bool) -> float:
    """Foretell the seconds of a deployment; of examples of unequal length as long as each is played."""
    foretell, steps = seconds_step_by_step if by_steps else device_seconds, examples.inputs.shape[1]
    groups = length_groups(len(examples), steps, lengths_of(examples), steps if by_steps else MOST_GROUPS)
    return sum(foretell(network, setups, len(each.examples), each.steps) for each in groups)


def check_devices(
    saved: SavedNetwork,
    context: OfTwins,
    setups: Sequence[Setup],
    *,
    is_other: bool = False,
    stepwise: bool = False,
    other_timing: bool = False,
) -> None:
    """Refuse setups that are other devices, or driven over another window, than those of the twins.

    Step by step each node has a device of its own, and so a twin of it.
    """
    if stepwise or saved.network.spec.recurrent:
        _check_nodes(saved, context, setups, is_other=is_other, other_timing=other_timing)
        return
    for twins, mine in zip(context.twins, check_fit(saved.network, setups), strict=True):
        own = slots(mine)
        known = twins if isinstance(twins, list) else [twins] * len(own)
        if len(known) != len(own):
            raise LabError(
                f"the nodes of this network belong to {len(known)} devices, {len(own)} are here: give "
                "as many, in the order of its twins, or evaluate it on its twins"
            )
        for twin, (setup, device) in zip(known, own, strict=True):
            check_device(twin, setup, device, is_other=is_other, other_timing=other_timing)


def _check_nodes(
    saved: SavedNetwork,
    context: OfTwins,
    setups: Sequence[Setup],
    *,
    is_other: bool,
    other_timing: bool,
) -> None:
    """Check the device of every node against the twin of that node."""
    of_layers = zip(
        context.twins, stepwise_layers(saved.network, setups), saved.network.spec.layers, strict=True
    )
    for twins, mine, layer in of_layers:
        known = twins if isinstance(twins, list) else [twins]
        for node, (setup, device) in enumerate(slots(mine)[: layer.nodes]):
            own = known[node % len(known)]
            check_device(own, setup, device, is_other=is_other, stepwise=True, other_timing=other_timing)


def report_of(
    saved: SavedNetwork, context: NetworkContext, done: Deployment, request: DeployRequest
) -> DeploymentReport:
    """Score a deployment beside the twins; with `refit_readout`, also with a readout fitted to that share."""
    task, seed, share = context.task, request.seed, request.refit_readout
    said = twin_answers(saved.network, task, context.twins, context.settings.variant, seed + 1)
    gap = compare(task, said, done.outputs, seed)
    runs = [Run.open(path) for path in done.runs]
    nodes = measure_nodes(done, context.twins)
    return DeploymentReport(
        network=str(request.network),
        setups=tuple(source.name for source in request.setups),
        specimens=tuple(source.specimen for source in request.setups),
        noise_seeds=tuple(source.noise_seed for source in request.setups),
        faults=tuple(fault for source in request.setups for fault in source.faults),
        twins=tuple(map(str, request.twins)),
        seed=seed,
        refit_share=share,
        task=task.name,
        metric=task.metric.value,
        variant=context.settings.variant.value,
        twin=gap.on_twin,
        device=gap.on_device,
        transfer_gap=gap.gap,
        gap_low=gap.low,
        gap_high=gap.high,
        n_test=len(task.test),
        runs=tuple(path.relative_to(request.out).as_posix() for path in done.runs),
        layers=average_layers(nodes),
        nodes=tuple(nodes),
        findings=(*find_failures(nodes, context.all_twins()), *late_steps(runs)),
        timing=tuple(str(run_timing(run)) for run in runs),
        interruptions=interruptions.read(request.out),
        readout=None if share is None else refit_readout(saved.network, task, done, said[0], share, seed),
    )


def _play_options(context: NetworkContext, request: DeployRequest) -> list[PlayOptions]:
    """Say how the runs of each setup are made; they follow from the runs that the twins were fitted to."""
    return [PlayOptions(source, context.lineage, request.resume) for source in request.setups]


def _identities(setups: Sequence[Setup]) -> dict[str, str]:
    """Read the identities of all instruments; with several setups their numbers stand before the roles."""
    found = [setup.identities() for setup in setups]
    if len(found) == 1:
        return found[0]
    return {f"{i} {role}": name for i, each in enumerate(found) for role, name in each.items()}
