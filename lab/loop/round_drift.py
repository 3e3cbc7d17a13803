"""How far the device drifted in a round, by the probes of its runs and by its initial states."""

from __future__ import annotations

import numpy as np
from nado_lab.lab.loop.records import Drift
from nado_lab.lab.loop.round import Round, measured
from nado_lab.lab.store import Run
from nado_lab.lab.workflow.drift import drift_score, verdict
from nado_lab.lab.workflow.play_drives import probe_readout


def drift_within(this: Round, runs: list[Run]) -> float | None:
    """Score the drift from the first to the last third of a layer's runs by their probes."""
    if not this.context.config.drift.probe_every:
        return None
    probes = np.concatenate([probe_readout(run) for run in runs])
    third = len(probes) // 3
    return drift_score(probes[:third], probes[len(probes) - third :])


def initial_state(this: Round, array: int) -> np.ndarray | None:
    """Average an array's initial state (channel,) over the run its twin was last fitted to, if followed."""
    if not this.context.config.drift.follow_offset:
        return None
    return Run.open(measured(this.folder, array)).dataset()["initial"].values.mean(axis=0)


def drift_since(this: Round, runs: list[Run]) -> Drift:
    """Score the drift of the probes against the last measurements before, and say what it asks for.

    Of several arrays the one that drifted most counts.
    """
    rule = this.context.config.drift
    known = []
    if rule.probe_every and this.before is not None:
        for array, run in enumerate(runs):
            earlier = Run.open(measured(this.before.folder, array))
            known.append(drift_score(probe_readout(earlier), probe_readout(run)))
    score = max((each for each in known if each is not None), default=None)
    return Drift(score, verdict(score, rule.recalibrate_above, rule.stop_above))
