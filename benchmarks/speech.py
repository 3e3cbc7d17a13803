"""Spoken digits on a simulated bench: by takes and leaving a speaker out, beside the readout alone.

Real recordings (the Free Spoken Digit Dataset in $NADO_REAL_DATA/spoken_digits). Front end and
readout were chosen on takes 10 to 49 alone (10 to 14 kept back); takes 05 to 09 are tested on. A trial is
read once, as the mean over the word: what comes when within it, the readout learns from the device or not at
all. Each network is deployed as `nado deploy` does, every word to its own length.
"""

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

import network_bench as common
import torch
from nado_lab.lab.workflow.compare import compare, twin_answers
from nado_lab.lab.workflow.deploy_layers import deploy_on
from nado_lab.network import Task, TrainSettings, Variant, load_task, train
from nado_lab.network.baselines import score_without_device

STEPS, TAKES, SPEAKERS = 28, "05-09", 6
FRONT_END = {"front_end": "filterbank", "bands": 24, "step_ms": 20}
NETWORK = {"windows": 1, "delays": 4}
NODES, EPOCHS, RIDGE = 32, 8, 1.0


def task_of(options: argparse.Namespace, **split: Any) -> Task:
    """Load the recordings with this split; few of them with --quick."""
    sizes = {"train": 60, "test": 10} if options.quick else {"test": split.pop("test", None)}
    split.pop("test", None)
    return load_task("spoken-digits", folder=str(options.folder), **split, **sizes, **FRONT_END)


def settings_of(options: argparse.Namespace, variant: Variant, seed: int) -> TrainSettings:
    """Return how the networks are trained."""
    nodes = options.nodes or (2 if options.quick else NODES)
    how: dict[str, Any] = {"nodes": (nodes,), "seed": seed, **NETWORK}
    if variant is Variant.RESERVOIR:
        return TrainSettings.of(variant=variant, ridge=RIDGE, **how)
    return TrainSettings.of(variant=variant, epochs=options.epochs or (1 if options.quick else EPOCHS), **how)


def row_of(setup: Any, twin: Any, task: Task, settings: TrainSettings) -> dict[str, Any]:
    """Train, deploy, and hold device, twin and the readout without the device against each other."""
    network, seconds = common.timed(lambda: train(task, twin, settings))
    test = task.test
    with tempfile.TemporaryDirectory() as folder:
        lengths = None if test.lengths is None else test.lengths.numpy()
        done = deploy_on(network, test.inputs.numpy(), [setup], Path(folder) / "d", lengths=lengths)
    said = twin_answers(network, task, [twin], settings.variant, settings.seed + 1)
    gap = compare(task, said, done.outputs, settings.seed)
    without = score_without_device(task, network.spec, settings)
    return {
        "variant": settings.variant.value,
        "nodes": network.node_count,
        "test_words": len(test),
        "device": round(gap.on_device, 4),
        "twin": round(gap.on_twin, 4),
        "gap": round(gap.gap, 4),
        "gap_low": round(gap.low, 4),
        "gap_high": round(gap.high, 4),
        "without_device": round(without, 4),
        "gain": round(gap.on_device - without, 4),
        "train_s": round(seconds, 1),
        "seed": settings.seed,
    }


def measured(options: argparse.Namespace) -> dict[str, list[dict[str, Any]]]:
    """Return the rows by takes and by speakers."""
    seed = (options.seeds or [0])[0]
    rows: dict[str, list[dict[str, Any]]] = {"takes": [], "speakers": []}
    with common.bench() as setup:
        twin = common.fitted_twin(setup, "nanoring10-speech", STEPS, options.quick, options.work)
        held_out = task_of(options, held_out=TAKES)
        for variant in (Variant.RESERVOIR, Variant.NOISE_AWARE):
            row = row_of(setup, twin, held_out, settings_of(options, variant, seed))
            rows["takes"].append(common.told({"takes": TAKES} | row))
        for speaker in range(1, (1 if options.quick else options.speakers) + 1):
            task = task_of(options, split="speaker", held_out=f"s{speaker}", test=options.words)
            settings = settings_of(options, Variant(options.speakers_by), seed)
            rows["speakers"].append(common.told({"speaker": speaker} | row_of(setup, twin, task, settings)))
    return rows


def main() -> None:
    """Print the two tables."""
    options = common.options_of(
        __doc__,
        nodes={"type": int},
        epochs={"type": int},
        speakers={"type": int, "default": SPEAKERS},
        words={"type": int, "default": None, "help": "test so many words of a speaker (default: all)"},
        folder={"type": Path, "default": Path(os.environ.get("NADO_REAL_DATA", ".")) / "spoken_digits"},
        **{"speakers-by": {"default": "reservoir", "choices": ["reservoir", "noise-aware"]}},
    )
    if not options.folder.is_dir():
        common.show(
            {"skipped": f"{options.folder} is not there; set NADO_REAL_DATA or --folder"}, options.json
        )
        return
    torch.manual_seed(0)
    rows = common.gathered(options, lambda: measured(options))
    common.show(rows, options.json)


if __name__ == "__main__":
    main()
