"""Fit a twin to 350 field cycles of a real chiral magnet and score it on the last 150, free-running.

    NADO_REAL_DATA=... python benchmarks/chiral_magnet_real.py [--quick] [--json]

Microwave spectra of Cu2OSeO3 (public repository OSJL-py/PRCpy), 500 field cycles driven by a Mackey-Glass
series. The twin is fitted with no option on the first 350 cycles; its mean path is driven by the field alone
from the first steps of the whole series on, and the R2 of its last 150 cycles is told. Beside it, in the same
run: a ridge on eight lags of the field with squares and cubes, fitted on the same 350 cycles, and one without
lags. Without NADO_REAL_DATA it says so and measures nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from nado_lab.port import Port, drives_of
from nado_lab.twin import FitSettings, Trials, fit, join
from nado_lab.twin.evaluation.paths import r_squared
from nado_lab.twin.model.rows import rows_of

PHASES = ("skyrmion", "conical")
FITTED, LAGS, WINDOW = 350, 8, 48
QUICK = {"mean_steps": 60, "likelihood_steps": 60, "score_steps": 10}


def series(folder: Path, phase: str) -> Trials:
    """Return the series as one long trial; drive -1 and 1 stand for the field's ends over the fitted part."""
    with np.load(folder / f"{phase}_mackey_glass.npz") as data:
        field_t, spectrum = 1e-4 * data["field_oe"].astype(float), data["spectrum"].astype(float)
    port = Port("field", "T", field_t[:FITTED].min(), field_t[:FITTED].max(), shown="Oe")
    return Trials(drives_of([port], field_t[:, None])[None], spectrum[None], ports=(port,))


@torch.no_grad()
def twin_path(twin, whole: Trials) -> torch.Tensor:
    """Return the mean path (step, channel) over the last cycles, driven by the field alone throughout."""
    rows = rows_of(twin, whole)
    return twin.respond(rows.drive, noise=False, start=rows.start)[0, FITTED - len(whole.drive[0]) :]


def ridge_path(whole: Trials, lags: int) -> torch.Tensor:
    """Return what a ridge on lagged fields says of the last cycles (step, channel)."""
    drive, readout = whole.drive[0, :, 0].double().numpy(), whole.readout[0].double().numpy()
    u = np.stack([np.concatenate([np.full(k, drive[0]), drive[: len(drive) - k]]) for k in range(lags)], 1)
    x = np.concatenate([np.ones((len(u), 1)), u, u**2, u**3], 1)
    known, answers = x[LAGS:FITTED], readout[LAGS:FITTED]
    weights = np.linalg.solve(known.T @ known + 1e-3 * np.eye(x.shape[1]), known.T @ answers)
    return torch.as_tensor(x[FITTED:] @ weights)


def run(folder: Path, quick: bool, seed: int = 0) -> dict:
    """Return the table: R2 of the last cycles, by phase."""
    table = {}
    for phase in PHASES[:1] if quick else PHASES:
        whole = series(folder, phase)
        begun = time.process_time()
        settings = FitSettings(seed=seed, **(QUICK if quick else {}))
        twin = fit(join([whole.first(FITTED)], WINDOW), settings)
        truth = whole.readout[0, FITTED:].double()
        table[phase] = {
            "twin": r_squared(twin_path(twin, whole).double(), truth),
            "ridge": r_squared(ridge_path(whole, LAGS), truth),
            "without_memory": r_squared(ridge_path(whole, 1), truth),
            "cpu_s": time.process_time() - begun,
        }
    return table


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    folder = Path(os.environ.get("NADO_REAL_DATA", "")) / "chiral_magnet"
    if not os.environ.get("NADO_REAL_DATA") or not folder.is_dir():
        told = "skipped: set NADO_REAL_DATA to the folder of the measured data (chiral_magnet/ in it)"
        print(json.dumps({"skipped": told}) if given.json else told)
        return
    table = run(folder, given.quick)
    if given.json:
        print(json.dumps(table, indent=2))
        return
    for phase, row in table.items():
        print(f"{phase}: " + ", ".join(f"{name} {value:.3f}" for name, value in row.items()))


if __name__ == "__main__":
    main()
