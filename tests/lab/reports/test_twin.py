"""The page of a twin draws what was held out, whatever its runs look like."""

from dataclasses import replace

import numpy as np
import pytest
from nado_lab.lab.reports.twin import twin_page
from nado_lab.lab.store.imports import ImportOptions, import_files
from nado_lab.lab.trials import trials_of
from nado_lab.twin import FitSettings, fit_and_score, join, save

QUICK = FitSettings(mean_steps=3, likelihood_steps=3, score_steps=1, batch=8)


def long_run(folder, name, low, high, steps):
    """Store one long run without repeats; each is scaled by its own range of fields."""
    rng = np.random.default_rng(len(name))
    field = rng.uniform(low, high, steps)
    spectrum = np.stack([np.convolve(field, [0.6, 0.4], "same"), field**2], 1) + rng.normal(size=(steps, 2))
    np.savez(folder / f"{name}.npz", field_oe=field, spectrum=spectrum)
    import_files([folder / f"{name}.npz"], folder / f"{name}.zarr", ImportOptions())
    return folder / f"{name}.zarr"


@pytest.mark.parametrize("lengths", [(300,), (300, 260)])
def test_a_block_of_long_runs_is_drawn(tmp_path, lengths):
    """Windows have no numbers in the run, and runs of other lengths and fields cannot be read as one."""
    runs = [long_run(tmp_path, "x" * (i + 1), 180 - 9 * i, 230, n) for i, n in enumerate(lengths)]
    twin = fit_and_score(join([trials_of(run) for run in runs], window=48), QUICK).twin
    twin.card = replace(twin.card, runs=tuple(str(run) for run in runs))
    assert twin.card.split.scored.blocks
    first = twin_page(save(twin, tmp_path / "a.twin")).sections[0]
    assert len(first.pictures) == 2  # beside the run, and residuals
