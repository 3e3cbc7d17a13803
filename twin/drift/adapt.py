"""Bring a twin up to date with a device that has drifted, or that it was never fitted on."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable

import torch
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.drift.recalibrate import recalibrate
from nado_lab.twin.losses import free_running
from nado_lab.twin.model import Twin
from torch import Tensor

MEMBERS = 4
BATCH = 64
RATE = 3e-3
CHECK_EVERY = 20
HELD_OUT_SHARE = 0.1


def adapt(
    twin: Twin, trials: Trials, steps: int, seed: int, progress: Callable[[float], None] | None = None
) -> Twin:
    """Return a copy of the twin that follows the trials: recalibrated, then all weights for `steps` steps.

    The recalibration corrects gain, offset and spread in closed form; the steps that follow descend the
    scoring rule the twin was fitted with, from its weights as they are. Of all states seen, the one that
    scores best on a tenth of the trials, held out, is returned: more steps cannot make it worse there.
    """
    held_out, learnt = _part(trials, seed)
    fresh = recalibrate(twin, learnt)
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(fresh.parameters(), lr=RATE)
    best, kept = math.inf, copy.deepcopy(fresh.state_dict())
    for step in range(steps + 1):
        if step % CHECK_EVERY == 0 or step == steps:
            held = float(_score(fresh, held_out, torch.Generator().manual_seed(seed)).detach())
            if held < best:
                best, kept = held, copy.deepcopy(fresh.state_dict())
            if progress:
                progress(step / max(steps, 1))
        if step == steps:
            break
        for group in optimiser.param_groups:
            group["lr"] = RATE * 0.5 * (1 + math.cos(math.pi * step / steps))
        rows = torch.randint(len(learnt), (min(BATCH, len(learnt)),), generator=generator)
        optimiser.zero_grad(set_to_none=True)
        loss = _score(fresh, learnt.at(rows), generator)
        if not torch.isfinite(loss):
            break
        loss.backward()
        torch.nn.utils.clip_grad_norm_(fresh.parameters(), 1.0)
        optimiser.step()
    fresh.load_state_dict(kept)
    fresh.card["adapted"] = {"trials": len(trials), "steps": steps, "held_out_score": best}
    fresh.card["lineage"] = list(trials.lineage)
    return fresh.eval()


def _part(trials: Trials, seed: int) -> tuple[Trials, Trials]:
    """Choose which sequences are held out: (held out, the rest)."""
    numbers = trials.sequence.unique()
    count = max(1, round(HELD_OUT_SHARE * len(numbers)))
    order = torch.randperm(len(numbers), generator=torch.Generator().manual_seed(seed))
    learnt, held_out = trials.split(numbers[order[:count]].tolist())
    return held_out, learnt


def _score(twin: Twin, trials: Trials, generator: torch.Generator) -> Tensor:
    """Score free-running draws of the twin against the trials, in units of its readout_std."""
    drive = trials.drive.expand(MEMBERS, *trials.drive.shape)
    draws = twin.respond(drive, generator=generator)
    scale, centre = twin.readout_std, twin.readout_mean
    return free_running((draws - centre) / scale, (trials.readout - centre) / scale, generator)
