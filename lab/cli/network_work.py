"""What the commands of `nado network` do and report."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nado_lab.lab.new_output import refuse_existing

if TYPE_CHECKING:
    from nado_lab.lab.workflow.network_card import Recalled
    from nado_lab.network import DeviceNetwork, Task
    from nado_lab.twin.observer import Observer


def refine_on(
    network: DeviceNetwork, known: Recalled, on: str, settings: Any, examples: int, seed: int
) -> dict[str, Any]:
    """Train on the opened setup; report the device's scores before and after."""
    from dataclasses import replace

    from nado_lab.lab.compose import open_named_setup
    from nado_lab.network import PhysicsAware
    from nado_lab.network.training import train_through_twins

    started = time.perf_counter()
    few = replace(known.task, train=known.task.train[:examples])
    before = score_on_device(network, known, [on], None, seed)
    with open_named_setup(on, seed=seed) as bench, training_shown() as observer:
        devices = [PhysicsAware(bench, twin) for twin in known.one_twin_a_layer()]
        train_through_twins(network, few, devices, settings, observer)
    report = score_on_twin(network, known.task, known.twins, known.variant)
    after = score_on_device(network, known, [on], None, seed)
    return report | {"device_before": before, "device": after, "wall_s": time.perf_counter() - started}


def score_on_twin(network: DeviceNetwork, task: Task, twins: list[Any], variant: str) -> dict[str, Any]:
    """Score on the twins (without noise for a deterministic network); give the keys of a report."""
    from nado_lab.network import Variant, score_on_twins

    noise = variant != Variant.DETERMINISTIC
    return {
        "task": task.name,
        "metric": task.metric.value,
        "variant": str(variant),
        "twin": score_on_twins(network, task, twins, noise=noise),
        "device": None,
        "n_test": len(task.test),
        "nodes": network.node_count,
        "parameters": network.parameter_count,
    }


def score_on_device(
    network: DeviceNetwork, known: Recalled, on: Sequence[str], out: Path | None, seed: int
) -> float:
    """Deploy to a setup, or to one a layer, and score the answers; keep the runs in `out`, if it is given."""
    import torch
    from nado_lab.lab.compose import open_named_setup
    from nado_lab.lab.workflow.deploy_layers import deploy
    from nado_lab.network import score_answers

    known.one_twin_a_layer()
    if out is not None:
        refuse_existing(out)
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as opened:
        setups = [opened.enter_context(open_named_setup(name, seed=seed)) for name in on]
        bench = setups[0] if len(setups) == 1 else setups
        done = deploy(network, known.task.test.inputs.numpy(), bench, out or Path(scratch) / "runs")
    return score_answers(known.task, torch.as_tensor(done.outputs), known.task.test.targets)


def baselines_of(task: Task, network: DeviceNetwork, twins: list[Any], seed: int) -> list[dict[str, Any]]:
    """Score the baselines of the task with as many nodes and parameters as the network has."""
    from nado_lab.network.baselines import as_rows, baselines

    spec = network.spec
    size = {"nodes": network.node_count, "parameters": network.parameter_count, "windows": spec.windows}
    first = twins[0][0] if isinstance(twins[0], list) else twins[0]
    delays = max(spec.delays, spec.readout_delays)
    return as_rows(baselines(task, **size, twin=first, delays=delays, seed=seed))


@contextmanager
def training_shown(here: bool = True) -> Iterator[Observer]:
    """Show a bar on stderr while the block trains, if it is to be shown `here`."""
    from nado_lab.lab.cli.progress import stages
    from nado_lab.twin.observer import Observer, Progress

    class Bar(Observer):
        def progress(self, progress: Progress) -> None:
            show(progress.stage, progress.share, progress.doing)

    if not here:
        yield Observer()
        return
    with stages() as show:
        yield Bar()
