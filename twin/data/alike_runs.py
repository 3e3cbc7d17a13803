"""Which runs are of one sample in one state, by the shape of their mean readout."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from nado_lab.twin.data.trials import Trials


def alike_runs(runs: Sequence[Trials], least: float = 0.98) -> list[int]:
    """Return the indices of the runs whose mean readout has the shape of the others'.

    A sample that was mounted anew answers with another shape, and one such run spoils a twin of all: a run
    counts as alike where its mean readout (channel,) correlates by `least` with the median of the runs.
    """
    means = torch.stack([run.readout.double().mean((0, 1)) for run in runs])
    if len(means) < 3 or means.shape[1] < 3:
        return list(range(len(means)))
    kept = list(range(len(means)))
    for _ in range(2):
        middle = means[kept].median(0).values
        shape = [float(torch.corrcoef(torch.stack([mean, middle]))[0, 1]) for mean in means]
        kept = [i for i, value in enumerate(shape) if value >= least] or kept
    return kept
