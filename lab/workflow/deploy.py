"""Deploy a network file to setups and write down how the devices did beside their twins."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nado_lab.lab.compose import noise_seed_of, open_named_setup
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.workflow import interruptions
from nado_lab.lab.workflow.deploy_layers import check_fit, deploy, device_seconds
from nado_lab.lab.workflow.deployment_report import report_of
from nado_lab.lab.workflow.drive_check import check_drive_maps
from nado_lab.lab.workflow.network_card import recall
from nado_lab.lab.workflow.play_drives import PlayOptions
from nado_lab.lab.workflow.refit_readout import calibrated
from nado_lab.network import load

if TYPE_CHECKING:
    from nado_lab.lab.runs.subscribers import Subscriber
    from nado_lab.lab.setup import Setup
    from nado_lab.lab.workflow.network_card import Recalled
    from nado_lab.network import SavedNetwork

Show = Callable[[str, float, str], None]


@dataclass(frozen=True)
class DeployOptions:
    """What to deploy on and how.

    `setups` are one, one a layer, or several a layer; simulated ones are the specimens `seed`, `seed` + 1,
    and so on. `noise_seed` is that of simulated benches (None: by the network's weights). `refit_readout`
    is the share of the sequences on which the readout is fitted again; `faults` break the first, simulated
    bench. `stop` and `subscribers` are those of PlayOptions.
    """

    setups: tuple[str, ...]
    test_examples: int | None = None
    resume: bool = False
    seed: int = 0
    noise_seed: int | None = None
    refit_readout: float | None = None
    faults: tuple[str, ...] = ()
    stop: Callable[[], bool] | None = None
    subscribers: Sequence[Subscriber] = ()


def deploy_network(net: Path, out: Path, options: DeployOptions, show: Show) -> dict[str, Any]:
    """Send the test examples of a network's task to the devices; write OUT/report.json and return it.

    However it ends early, that is noted beside the runs, and the report of the deployment that was gone on
    with tells of it.
    """
    saved = load(net)
    known = recall(saved, test_examples=options.test_examples)
    if not options.resume:
        refuse_existing(out, or_else="go on with --resume")
    if options.refit_readout is not None:
        calibrated(options.refit_readout, len(known.task.test))
    interruptions.note_death(out)
    started = time.perf_counter()
    with ExitStack() as opened:
        setups = _open(saved, options, net, opened)
        for twins, own in zip(known.twins, check_fit(saved.network, setups), strict=True):
            check_drive_maps(twins if isinstance(twins, list) else [twins], own)
        identities = _identities(setups)
        inputs = known.task.test.inputs
        estimate = device_seconds(saved.network, setups, *inputs.shape[:2])
        show("deploy", 0.0, f"about {estimate:.0f} s of drive")
        play = _play_options(known, options, net, show)
        try:
            done = deploy(saved.network, inputs.numpy(), setups, out, play)
        except BaseException as error:
            interruptions.note(out, error)
            raise
    report = {
        "status": "complete",
        **report_of(saved, known, done, out, options.refit_readout, options.seed),
        "setup": ", ".join(options.setups),
        "setups": list(options.setups),
        "network": str(net),
        "device_identities": identities,
        "device_s": estimate,
        "noise_seed": _noise_seed(options, net),
        "interruptions": interruptions.read(out),
        "wall_s": time.perf_counter() - started,
    }
    (out / "report.json").write_text(json.dumps(report, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    return report


def estimate_network(net: Path, options: DeployOptions) -> dict[str, Any]:
    """Say how many trials and how many seconds of drive a deployment takes, without sending anything."""
    saved = load(net)
    inputs = recall(saved, test_examples=options.test_examples).task.test.inputs
    with ExitStack() as opened:
        setups = _open(saved, options, net, opened)
        seconds = device_seconds(saved.network, setups, *inputs.shape[:2])
    return {"n_test": len(inputs), "trials": len(inputs) * saved.network.node_count, "device_s": seconds}


def _open(saved: SavedNetwork, options: DeployOptions, net: Path, opened: ExitStack) -> list[Setup]:
    """Open all setups; refuse those that do not fit the network."""
    noise = _noise_seed(options, net)
    setups = [
        opened.enter_context(
            open_named_setup(
                name,
                seed=options.seed + index,
                noise_seed=noise + index,
                faults=() if index else options.faults,
            )
        )
        for index, name in enumerate(options.setups)
    ]
    check_fit(saved.network, setups)
    return setups


def _noise_seed(options: DeployOptions, net: Path) -> int:
    if options.noise_seed is not None:
        return options.noise_seed
    return noise_seed_of("deploy", (net / "weights.safetensors").read_bytes())


def _play_options(known: Recalled, options: DeployOptions, net: Path, show: Show) -> list[PlayOptions]:
    """Say how the runs of each setup are made; they follow from the runs that the twins were fitted to."""
    noise = _noise_seed(options, net)
    lineage = [run for twin in known.all_twins() for run in twin.card.lineage]
    return [
        PlayOptions(
            progress=lambda done, total: show("deploy", 0.999 * done / total, f"{done} of {total} trials"),
            lineage=tuple(dict.fromkeys(lineage)),
            source=name,
            seed=options.seed + index,
            noise_seed=noise + index,
            resume=options.resume,
            stop=options.stop,
            subscribers=options.subscribers,
        )
        for index, name in enumerate(options.setups)
    ]


def _identities(setups: list[Setup]) -> dict[str, str]:
    """Read the identities of all instruments; with several setups their numbers stand before the roles."""
    found = [setup.identities() for setup in setups]
    if len(found) == 1:
        return found[0]
    return {f"{i} {role}": name for i, each in enumerate(found) for role, name in each.items()}
