"""Fit a twin to some triangle sweeps of a real memristor and score it on others, free-running.

    NADO_REAL_DATA=... python benchmarks/memristor_real.py [--quick] [--json]

Self-directed-channel memristors behind a resistor (Hajto et al., arXiv 2505.15757): the drive is the applied
voltage, the readout the voltage over the resistor, 62.5 us a step, sweeps of 200, 250 and 400 mV. Fitted on
the begin of the first two sweeps of each amplitude, scored on the last one. R2 is that of the mean path over
the whole sweep; the area of the hysteresis loop (V^2 a period) is compared with the measured one; the
coverage is the share of measured points inside the central 90 % of free-running paths with noise. Beside it a
ridge on lagged voltages (with squares, cubes, products), and the ridge without lags, which has no memory.
Without NADO_REAL_DATA it says so and measures nothing.
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

from nado_lab.twin import FitSettings, Trials, fit, join
from nado_lab.twin.evaluation.paths import r_squared
from nado_lab.twin.model.rows import rows_of

MILLIVOLTS = (200, 250, 400)
FULL_V = 0.4
LAGS = 12
FITTED = 2
"""Sweeps of each amplitude that are fitted, at most."""
STEPS = 480
"""Steps of each sweep that are fitted: thirty periods; the others repeat them."""
WINDOW = 40
PATHS = 32
BAND = (0.05, 0.95)


def sweeps(folder: Path, millivolts: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return applied and measured volts (sweep, step) and the duration of a step in s."""
    with np.load(folder / f"sdc_triangle_{millivolts}mV.npz") as data:
        return data["applied_v"].astype(float), data["measured_v"].astype(float), float(data["dt"])


def trial(applied: np.ndarray, measured: np.ndarray) -> Trials:
    """Make one long trial of a sweep (step,); drive -1 and 1 stand for -0.4 and 0.4 V."""
    return Trials(
        torch.as_tensor(applied / FULL_V)[None, :, None].float(),
        torch.as_tensor(measured)[None, :, None].float(),
    )


def split(folder: Path) -> tuple[list[Trials], dict[int, Trials]]:
    """Return the sweeps to fit, and the last one of each amplitude to score."""
    fitted, scored = [], {}
    for millivolts in MILLIVOLTS:
        applied, measured, _ = sweeps(folder, millivolts)
        pairs = list(zip(applied, measured, strict=True))
        fitted += [trial(applied[:STEPS], measured[:STEPS]) for applied, measured in pairs[:-1][:FITTED]]
        scored[millivolts] = trial(*pairs[-1])
    return fitted, scored


def loop_area(volts: np.ndarray, answer: np.ndarray) -> float:
    """Return the area in V^2 that (volts, answer), both (step,), enclose over all periods together."""
    return float(abs(np.trapezoid(answer, volts)))


@torch.no_grad()
def twin_scores(twin, scored: Trials) -> dict:
    """Score free-running paths from the first steps of a sweep."""
    rows = rows_of(twin, scored)
    mean = twin.respond(rows.drive, noise=False, start=rows.start)
    steps = mean.shape[1]
    truth = scored.readout[:, -steps:]
    torch.manual_seed(0)
    noisy = torch.stack([twin.respond(rows.drive, noise=True, start=rows.start) for _ in range(PATHS)])
    low, high = (torch.quantile(noisy, share, dim=0) for share in BAND)
    volts = FULL_V * scored.drive[0, -steps:, 0].numpy()
    measured = loop_area(volts, truth[0, :, 0].numpy())
    return {
        "r2": r_squared(mean, truth),
        "area_error": loop_area(volts, mean[0, :, 0].numpy()) / measured - 1,
        "coverage_90": float(((truth >= low) & (truth <= high)).float().mean()),
    }


def features(drive: np.ndarray, lags: int) -> np.ndarray:
    """Return (step, feature): lagged voltages, squares, cubes and products of the newest."""
    u = drive[:, 0]
    x = np.stack([np.concatenate([np.full(k, u[0]), u[: len(u) - k]]) for k in range(lags)], 1)
    near = range(min(4, lags))
    products = [x[:, i : i + 1] * x[:, j : j + 1] for i in near for j in range(i + 1, min(6, lags))]
    return np.concatenate([np.ones((len(u), 1)), x, x**2, x**3, *products], 1)


def ridge_scores(fitted: list[Trials], scored: Trials, lags: int) -> dict:
    """Fit a ridge on the drive's past alone and score it on a sweep."""
    x = np.concatenate([features(one.drive[0].numpy().astype(float), lags)[LAGS:] for one in fitted])
    y = np.concatenate([one.readout[0].numpy().astype(float)[LAGS:] for one in fitted])
    weights = np.linalg.solve(x.T @ x + 1e-3 * np.eye(x.shape[1]), x.T @ y)
    path = features(scored.drive[0].numpy().astype(float), lags)[LAGS:] @ weights
    truth, volts = scored.readout[0, LAGS:].double().numpy(), FULL_V * scored.drive[0, LAGS:, 0].numpy()
    area = loop_area(volts, path[:, 0]) / loop_area(volts, truth[:, 0]) - 1
    return {"r2": r_squared(torch.as_tensor(path), torch.as_tensor(truth)), "area_error": area}


def run(folder: Path, quick: bool, seed: int = 0) -> dict:
    """Return the table."""
    fitted, scored = split(folder)
    settings = FitSettings(seed=seed, **({"mean_steps": 60, "score_steps": 20} if quick else {}))
    begun = time.process_time()
    twin = fit(join(fitted, WINDOW), settings)
    cpu = time.process_time() - begun
    rows = {}
    for millivolts, sweep in scored.items():
        rows[f"{millivolts} mV"] = {
            "twin": twin_scores(twin, sweep),
            "ridge": ridge_scores(fitted, sweep, LAGS),
            "without_memory": ridge_scores(fitted, sweep, 1),
        }
    return {"sweeps_fitted": len(fitted), "cpu_s": cpu, "scored": rows}


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    folder = Path(os.environ.get("NADO_REAL_DATA", "")) / "memristor"
    if not os.environ.get("NADO_REAL_DATA") or not folder.is_dir():
        told = "skipped: set NADO_REAL_DATA to the folder of the measured data (memristor/ in it)"
        print(json.dumps({"skipped": told}) if given.json else told)
        return
    torch.set_num_threads(1)
    found = run(folder, given.quick)
    if given.json:
        print(json.dumps(found, indent=2))
        return
    print(f"fitted on {found['sweeps_fitted']} sweeps in {found['cpu_s']:.0f} s of processor time")
    for amplitude, row in found["scored"].items():
        for name, scores in row.items():
            covered = f"  90 % band {scores['coverage_90']:.3f}" if "coverage_90" in scores else ""
            area = 100 * scores["area_error"]
            print(f"  {amplitude}  {name:14}  R2 {scores['r2']:.4f}  loop area {area:+.1f} %{covered}")


if __name__ == "__main__":
    main()
