"""Fit twins to some runs of real spin ices and score on another run, free-running from its first steps.

    NADO_REAL_DATA=... python benchmarks/twin_real_runs.py [--quick] [--json] [--device WM|MS|PW]

R2 over all channels about each channel's mean. "as fitted" knows only the first steps of the new run;
"recalibrated" has seen its first 50 steps and is scored on the rest. The fit is that of `nado twin fit` with
no option: on the runs whose mean spectrum has one shape (`alike_runs`: the sample was re-mounted between
runs). In the same table a ridge on lagged fields (with squares, cubes, products) and an echo-state network
(reservoirpy), shifted by the mean of the same 50 steps; the best of three penalties on the scored run is
shown for them.
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

from nado_lab.twin import FitSettings, Trials, alike_runs, fit, join, recalibrate
from nado_lab.twin.evaluation.paths import r_squared
from nado_lab.twin.model.rows import rows_of

SPLITS = {"WM": ([7, 31, 33, 34], 35), "MS": ([0, 1, 2, 3], 5), "PW": ([14, 18], 22)}
RECALIBRATED_ON = 50
LAGS = 12
WINDOW = 48


def load(number: int, low: float, high: float) -> Trials:
    """Read one run as a single long trial with the field scaled to [-1, 1]."""
    file = next((Path(os.environ["NADO_REAL_DATA"]) / "asvi").glob(f"mg_{number:02d}_*.npz"))
    with np.load(file) as data:
        field, spectrum = data["field_oe"].astype(float), data["spectrum"]
    drive = torch.as_tensor(2 * (field - low) / (high - low) - 1)[None, :, None]
    return Trials(drive, torch.as_tensor(spectrum)[None])


def runs_of(device: str) -> tuple[list[Trials], Trials]:
    """Return the runs to fit and the run to score; runs with other frequency grids are left out."""
    low, high = {"WM": (180, 235), "MS": (350, 420), "PW": (300, 500)}[device]
    fitted, scored = SPLITS[device]
    target = load(scored, low, high)
    found = [load(number, low, high) for number in fitted]
    found = [run for run in found if run.readout.shape[2] == target.readout.shape[2]]
    return [found[i] for i in alike_runs(found)], target


def twin_row(fitted: list[Trials], scored: Trials, quick: bool, seed: int = 0) -> dict:
    """Fit a twin to windows of the runs; R2 as fitted and after recalibration."""
    settings = FitSettings(seed=seed, **({"mean_steps": 60, "score_steps": 20} if quick else {}))
    begun = time.process_time()
    twin = fit(join(fitted, WINDOW), settings)
    cpu = time.process_time() - begun
    again = recalibrate(twin, scored, RECALIBRATED_ON)
    return {
        "as_fitted": path_score(twin, scored, 0),
        "recalibrated": path_score(again, scored, RECALIBRATED_ON),
        "cpu_s": cpu,
    }


@torch.no_grad()
def path_score(twin, scored: Trials, skip: int) -> float:
    """Return R2 of the mean path over the steps after `skip`."""
    rows = rows_of(twin, scored)
    path = twin.respond(rows.drive, noise=False, start=rows.start)
    truth = scored.readout[:, -path.shape[1] :]
    begin = max(0, skip - (scored.drive.shape[1] - path.shape[1]))
    return r_squared(path[:, begin:], truth[:, begin:])


def lagged(drive: np.ndarray) -> np.ndarray:
    """Return (step, feature): LAGS fields, squares, cubes and products of the newest."""
    u = drive[:, 0]
    x = np.stack([np.concatenate([np.full(k, u[0]), u[: len(u) - k]]) for k in range(LAGS)], 1)
    products = [x[:, i : i + 1] * x[:, j : j + 1] for i in range(4) for j in range(i + 1, 6)]
    return np.concatenate([np.ones((len(u), 1)), x, x**2, x**3, *products], 1)


def echo_states(drive: np.ndarray) -> np.ndarray:
    """Return (step, feature) of a reservoir of 300 units (reservoirpy)."""
    from reservoirpy.nodes import Reservoir

    states = np.asarray(Reservoir(300, lr=0.5, sr=0.9, input_scaling=0.5, seed=0).run(drive))
    return np.concatenate([np.ones((len(states), 1)), drive, states], 1)


def baseline_row(features, fitted: list[Trials], scored: Trials) -> dict:
    """Fit a ridge readout on features of the drive; afterwards shift it by the mean of 50 steps."""
    x = np.concatenate([features(run.drive[0].numpy().astype(float))[LAGS:] for run in fitted])
    y = np.concatenate([run.readout[0].numpy().astype(float)[LAGS:] for run in fitted])
    best = {}
    for penalty in (1e-2, 1.0, 100.0):
        weights = np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ y)
        path = torch.as_tensor(features(scored.drive[0].numpy().astype(float)) @ weights)
        truth = scored.readout[0].double()
        n = RECALIBRATED_ON
        moved = path + (truth[LAGS:n] - path[LAGS:n]).mean(0)
        row = {
            "as_fitted": r_squared(path[LAGS:], truth[LAGS:]),
            "recalibrated": r_squared(moved[n:], truth[n:]),
        }
        if not best or row["recalibrated"] > best["recalibrated"]:
            best = row
    return best


def run(device: str, quick: bool) -> dict:
    """Return the table of one device."""
    fitted, scored = runs_of(device)
    return {
        "device": device,
        "runs_fitted": len(fitted),
        "twin": twin_row(fitted, scored, quick),
        "ridge": baseline_row(lagged, fitted, scored),
        "echo_state": baseline_row(echo_states, fitted, scored),
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--device", choices=tuple(SPLITS))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(1)
    rows = [run(device, given.quick) for device in ([given.device] if given.device else SPLITS)]
    if given.json:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        print(f"{row['device']}, fitted on {row['runs_fitted']} runs")
        for name in ("twin", "ridge", "echo_state"):
            found = row[name]
            print(f"  {name:11} R2 {found['as_fitted']:.3f}  recalibrated {found['recalibrated']:.3f}")


if __name__ == "__main__":
    main()
