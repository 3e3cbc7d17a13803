"""The control of closed_loop.py: the network of round 0, deployed again at the ages of the later rounds."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from nado_lab.lab.loop.config import LoopConfig
from nado_lab.lab.loop.context import BenchSession, OpenDevice
from nado_lab.lab.store import Run
from nado_lab.lab.workflow.compare import compare, twin_answers
from nado_lab.lab.workflow.deploy_layers import Deployment, Respond, deploy_layers, deploy_on, run_of
from nado_lab.lab.workflow.play_drives import own_readout
from nado_lab.lab.workflow.stretches import stored_readout, stretches
from nado_lab.network import Variant, gap_of, load_task, score_answers
from nado_lab.network import load as load_network
from nado_lab.twin import load as load_twin

RESAMPLES = 400


def without_recalibration(
    config: LoopConfig, out: Path, rounds: list[dict[str, Any]], open_device: OpenDevice
) -> list[dict[str, Any]]:
    """Deploy the network of round 0 when later rounds deployed theirs: as it is, and with offsets followed.

    `gap` is that to the twin of round 0; `loop_is_better` is by how much the loop's own network did better
    on the device with the same examples, with its standard error: points of accuracy, or the share by
    which the control's normalised error is larger.
    """
    task = load_task(config.task.name, **config.task.options)
    twin = load_twin(out / "round00" / "device.twin")
    network = load_network(out / "round00" / "network.net").network
    reference = _initial(out / "round00")
    inputs = task.test.inputs.numpy()
    rows = []
    for row in rounds[1:]:
        session = BenchSession(row["round"], "control", row["device_s_total"] - row["device_s"])
        with tempfile.TemporaryDirectory() as scratch, open_device(session) as setup:
            folder = Path(scratch) / "runs"
            done = deploy_on(network, inputs, [setup], folder)
            followed = deploy_layers(network, inputs, _followed(folder, reference))
        best = _of_the_loop(config, out / f"round{row['round']:02d}", inputs)
        for name, each in (("as it is", done), ("offset followed", followed)):
            said = twin_answers(network, task, [twin], Variant.NOISE_AWARE, config.seed)
            gap = asdict(compare(task, said, each.outputs, config.seed))
            better = paired(task, best.outputs, each.outputs, config.seed)
            rows.append({"round": row["round"], "readout": name, **gap, **better})
    return rows


def paired(task: Any, one: np.ndarray, other: np.ndarray, seed: int) -> dict[str, float]:
    """Compare two sets of answers (trial, ...) to the same examples, resampled together (Efron 1979)."""
    rng, count = np.random.default_rng(seed), len(one)

    def better(rows: np.ndarray) -> float:
        examples = task.test[torch.as_tensor(rows)]
        a, b = (score_answers(task, torch.as_tensor(each[rows]), examples) for each in (one, other))
        return gap_of(task.metric, a, b)

    drawn = [better(rng.integers(0, count, count)) for _ in range(RESAMPLES)]
    return {"loop_is_better": better(np.arange(count)), "error": float(np.std(drawn, ddof=1))}


def _of_the_loop(config: LoopConfig, folder: Path, inputs: np.ndarray) -> Deployment:
    """Read what the loop's network of a round answered, from its stored runs."""
    network, twin = load_network(folder / "network.net").network, load_twin(folder / "device.twin")
    probed, reference = config.drift.probe_every > 0, _initial(folder)

    def respond(layer: int, drive: np.ndarray) -> np.ndarray:
        parts = stretches(folder / "deploy", layer, len(drive), config.drift.compensate_every)
        return stored_readout(parts, twin, probed, reference)

    return deploy_layers(network, inputs, respond)


def _initial(folder: Path) -> np.ndarray:
    return Run.open(folder / "measure.zarr").dataset()["initial"].values.mean(axis=0)


def _followed(folder: Path, reference: np.ndarray) -> Respond:
    """Read the stored readouts with slow offsets taken out."""
    return lambda layer, drive: own_readout(Run.open(run_of(folder, layer)), False, reference)
