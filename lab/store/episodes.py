"""Episodes of unequal length as trials of one length."""

import logging
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.store.layout import ROW
from nado_lab.lab.store.reader import Run

if TYPE_CHECKING:
    import xarray as xr

log = logging.getLogger(__name__)
LENGTH = "length"
"""The column that says how many steps of a row were played; beyond them lies NaN."""


def has_unequal_episodes(data: "xr.Dataset") -> bool:
    """Tell whether some rows hold fewer steps than there is room for."""
    return LENGTH in data and bool(np.any(data[LENGTH].values < data.sizes.get("step", 0)))


def whole_episodes(run: Run, data: "xr.Dataset") -> "xr.Dataset":
    """Cut episodes to one length, which keeps most steps; those that ended before are left out, and told."""
    if not has_unequal_episodes(data):
        return data
    lengths = data[LENGTH].values
    steps = best_length(lengths)
    kept = np.flatnonzero(lengths >= steps)
    log.warning(
        "%s: %d of its %d episodes ended early; the first %d steps are used, of the %d that got as far",
        run.path,
        int(np.count_nonzero(lengths < data.sizes["step"])),
        len(lengths),
        steps,
        len(kept),
    )
    return data.isel({ROW: kept, "step": slice(0, steps)})


def best_length(lengths: np.ndarray) -> int:
    """Return the length to which episodes are cut so that most steps are kept in all."""
    candidates = np.unique(lengths[lengths > 0])
    if not len(candidates):
        return 0
    kept = [each * np.count_nonzero(lengths >= each) for each in candidates]
    return int(candidates[int(np.argmax(kept))])
