"""A real physical two-layer network: spin ice MS drives spin-vortex ice WM (Stenning et al. 2024).

$NADO_REAL_DATA/asvi holds the measured drive of the second array and its spectra. A twin of WM is fitted to
runs 07, 31, 33 and 34; on runs 35 and 11, which it has not seen, it runs free from the first steps under the
first array's measured response, as it is and recalibrated on the first 50 steps. For run 11 the first layer
can be a twin, too: its drive is MS channel 220 under the Mackey-Glass series of run 00 (measured: correlation
1.000 at offset 0), so a twin of MS fitted to runs 01, 02 and 03 predicts that drive from the series.

A linear readout of the spectra's principal scores that says the Mackey-Glass series some steps ahead is
trained on noisy draws of the twin (first 60 % of the steps) and scored on the measured ones (the rest),
beside one that is trained on measured spectra: h5_twin_to_measured is its normalised error 5 steps ahead.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from nado_lab.network.tasks import normalised_error
from nado_lab.twin import FitSettings, Trials, Twin, fit, recalibrate
from nado_lab.twin.model.rows import rows_of

WM_RUNS, MS_RUNS, FIELD_RUN = ("07", "31", "33", "34"), ("01", "02", "03"), "00"
CHANNELS_OF_11 = slice(118, 393)  # run 11 was measured on these of the 395 frequencies
MS_CHANNEL = 220
WINDOW, STRIDE, CALIBRATION, DRAWS, RIDGE = 40, 10, 50, 20, 1e-2
MS_STEPS = 60  # the runs of MS hold 750 steps: 30 to 250 steps score alike on run 05, left out
HORIZONS = (0, 5)  # steps ahead of the drive
WM_RANGE, MS_RANGE = (180.0, 235.0), (360.0, 420.0)  # Oe


def load(run: str) -> tuple[np.ndarray, np.ndarray]:
    """Return field (step,) in Oe and spectrum (step, channel) of a run."""
    folder = Path(os.environ["NADO_REAL_DATA"]) / "asvi"
    (path,) = folder.glob(f"mg_{run}_*.npz")
    with np.load(path) as data:
        return data["field_oe"].astype(float), data["spectrum"].astype(float)


def trials_of(field: np.ndarray, spectrum: np.ndarray, window: tuple[float, float]) -> Trials:
    """Make one long trial of a run, its fields in `window` (Oe) as drives in [-1, 1]."""
    low, high = window
    drive = 2 * (field - low) / (high - low) - 1
    return Trials(
        drive=torch.as_tensor(drive[None, :, None]), readout=torch.as_tensor(spectrum[None]), lineage=()
    )


def fitted(
    runs: tuple[str, ...], window: tuple[float, float], channels: slice, settings: FitSettings
) -> Twin:
    """Fit a twin to windows of several runs."""
    parts = []
    for run in runs:
        field, spectrum = load(run)
        parts.append(trials_of(field, spectrum[:, channels], window).windows(WINDOW, STRIDE))
    return fit(
        Trials(
            drive=torch.cat([part.drive for part in parts]), readout=torch.cat([p.readout for p in parts])
        ),
        settings,
    )


@torch.no_grad()
def free_run(twin: Twin, trials: Trials, draws: int = 0) -> np.ndarray:
    """Run the twin from the first measured steps: its mean path (step, channel), or (draw, step, channel)."""
    rows = rows_of(twin, trials)
    if not draws:
        return twin.respond(rows.drive, start=rows.start, noise=False)[0].numpy()
    start = rows.start.repeat(draws)
    generator = torch.Generator().manual_seed(0)
    drive = rows.drive.expand(draws, *rows.drive.shape[1:])
    return twin.respond(drive, start=start, generator=generator).numpy()


def r_squared(predicted: np.ndarray, truth: np.ndarray) -> float:
    """Return 1 - residual / variance about each channel's mean."""
    return 1.0 - float(((predicted - truth) ** 2).sum() / ((truth - truth.mean(0)) ** 2).sum())


def features(twin: Twin, spectra: np.ndarray, count: int) -> np.ndarray:
    """Return the principal scores and a constant: (draw, step, feature) of spectra (draw, step, channel)."""
    scores = twin.basis.encode(torch.as_tensor(spectra[:, :count], dtype=torch.float32)).numpy().astype(float)
    return np.concatenate([scores, np.ones((*scores.shape[:2], 1))], axis=2)


def ridge(x: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return readout weights (feature,) for features (draw, step, feature)."""
    flat, wanted = x.reshape(-1, x.shape[2]), np.tile(target, len(x))
    penalty = RIDGE * len(flat) * np.eye(x.shape[2])
    penalty[-1, -1] = 0.0
    return np.linalg.solve(flat.T @ flat + penalty, flat.T @ wanted)


def readout_errors(
    twin: Twin, draws: np.ndarray, measured: np.ndarray, series: np.ndarray, horizon: int
) -> dict[str, float]:
    """Train a readout on draws of the twin and on measured spectra; score each on the steps that follow."""
    target = series[horizon:]
    count = min(len(target), len(measured))
    split = round(0.6 * count)
    spectra = {"twin": features(twin, draws, count), "measured": features(twin, measured[None], count)}
    errors = {}
    for trained, tested in (("twin", "twin"), ("twin", "measured"), ("measured", "measured")):
        weights = ridge(spectra[trained][:, :split], target[:split])
        said = spectra[tested][0, split:] @ weights
        wanted = torch.as_tensor(target[split:count])[:, None]
        errors[f"h{horizon}_{trained}_to_{tested}"] = normalised_error(torch.as_tensor(said)[:, None], wanted)
    return errors


def one_run(twin: Twin, name: str, trials: Trials, series: np.ndarray) -> list[dict[str, Any]]:
    """Score the twin on a run as it is, and recalibrated on its first steps; both after those steps."""
    rows = []
    for label, used in (("as fitted", twin), (f"first {CALIBRATION} steps", None)):
        chosen = used or recalibrate(twin, trials, CALIBRATION)
        predicted, draws = free_run(chosen, trials), free_run(chosen, trials, DRAWS)
        measured = trials.readout[0].numpy()[-len(predicted) :]
        ahead = series[len(trials.drive[0]) - len(predicted) :]
        after = slice(CALIBRATION, None)
        row: dict[str, Any] = {"run": name, "recalibrated": label}
        row["r2"] = r_squared(predicted[after], measured[after])
        for horizon in HORIZONS:
            row |= readout_errors(chosen, draws[:, after], measured[after], ahead[after], horizon)
        rows.append(row)
    return rows


def through_both(ms: Twin, wm: Twin, series: np.ndarray) -> list[dict[str, Any]]:
    """Predict run 11 from the Mackey-Glass series alone: MS twin, its channel 220, WM twin."""
    field, spectrum = load("11")
    first = trials_of(series[: len(field)], load(FIELD_RUN)[1][: len(field)], MS_RANGE)
    response = free_run(recalibrate(ms, first, CALIBRATION), first)[:, MS_CHANNEL]
    skipped = len(field) - len(response)
    early = slice(0, CALIBRATION)
    # the experiment rescaled the channel to the field window: one straight line, from the first steps
    line = np.polyfit(response[early], field[skipped:][early], 1)
    drive = np.concatenate([field[:skipped], np.clip(np.polyval(line, response), *WM_RANGE)])
    rows = one_run(wm, "11, both layers twins", trials_of(drive, spectrum, WM_RANGE), series)
    drive_r2 = r_squared(drive[CALIBRATION:, None], field[CALIBRATION:, None])
    return [row | {"r2_of_the_drive": drive_r2} for row in rows]


def main() -> None:
    """Print a row for each run, with and without recalibration."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="a short fit: it runs, its numbers say nothing")
    options = parser.parse_args()
    if "NADO_REAL_DATA" not in os.environ:
        sys.exit("set NADO_REAL_DATA to the folder that holds asvi/mg_07_MG_to_WM.npz and the others")
    torch.set_num_threads(1)
    settings = FitSettings(mean_steps=30 if options.quick else 500, score_steps=0)
    shorter = FitSettings(mean_steps=30 if options.quick else MS_STEPS, score_steps=0)
    series = load(FIELD_RUN)[0]
    everything = slice(None)
    wide = fitted(WM_RUNS, WM_RANGE, everything, settings)
    rows = one_run(wide, "35", trials_of(*load("35"), WM_RANGE), series)
    narrow = fitted(WM_RUNS, WM_RANGE, CHANNELS_OF_11, settings)
    rows += one_run(narrow, "11", trials_of(*load("11"), WM_RANGE), series)
    rows += through_both(fitted(MS_RUNS, MS_RANGE, everything, shorter), narrow, series)
    if options.json:
        print(json.dumps({"rows": rows}, indent=2, allow_nan=False))
        return
    for row in rows:
        print("  ".join(f"{k} {v:.3f}" if isinstance(v, float) else f"{v:<24}" for k, v in row.items()))


if __name__ == "__main__":
    main()
