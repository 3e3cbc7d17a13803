"""Drive simulated spin-vortex ices with the field sequences of real runs and compare the spectra.

Each figure is computed by the same code from the real and from the simulated run:
principal components for 95 % of the variance; memory_share, what 12 lags of the field explain beyond the
present field (ridge on lags, squares, cubes; ten held-out blocks); memory_lags, the lags that give 95 % of
it; noise, the standard deviation of a channel's residual of that ridge (median over channels), with the
share of channels within a factor of two, its correlation between neighbouring channels and between steps.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import numpy as np
from nado_lab.sim_backend.samples.spin_vortex_ice import SpinVortexIce
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_predict

RUNS = {"WM": "mg_07_MG_to_WM.npz", "MS": "mg_00_MG_to_MS.npz", "PW": "mg_14_MG_to_PW.npz"}
LAGS = 12
TESLA_PER_OE = 1e-4
JUDGED = ("components_95", "memory_share", "memory_lags", "noise")


def load_run(folder: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return field (step,) in T and spectrum (step, channel) of a real run."""
    return _load(folder, name, "field_oe") * TESLA_PER_OE, _load(folder, name, "spectrum")


def _load(folder: Path, name: str, key: str) -> np.ndarray:
    for place in (folder / name, folder / "asvi" / name):
        if place.is_file():
            with np.load(place) as data:
                return data[key].astype(float)
    raise SystemExit(f"expected {name} in {folder} or {folder / 'asvi'}; give --data DIR")


def simulate(preset: str, field: np.ndarray, seed: int) -> np.ndarray:
    """Return the simulated spectra (step, channel) for the same field sequence."""
    return SpinVortexIce(preset, seed=seed).replay(field)


def residual_of_lags(field: np.ndarray, spectrum: np.ndarray, lags: int) -> np.ndarray:
    """Return what a ridge on the present field and `lags` earlier ones leaves of held-out blocks."""
    scaled = (field - field.mean()) / field.std()
    past = np.stack([scaled[LAGS - lag : len(scaled) - lag] for lag in range(lags + 1)], axis=1)
    features = np.concatenate([past, past**2, past**3], axis=1)
    target = spectrum[LAGS:]
    ridge = Ridge(alpha=1e-3 * len(target))
    return target - cross_val_predict(ridge, features, target, cv=KFold(10))


def explained(field: np.ndarray, spectrum: np.ndarray, lags: int) -> float:
    """Return the share of the spectra's variance that the ridge explains on held-out blocks."""
    target = spectrum[LAGS:]
    return 1 - float(
        (residual_of_lags(field, spectrum, lags) ** 2).sum() / ((target - target.mean(0)) ** 2).sum()
    )


def figures(field: np.ndarray, spectrum: np.ndarray) -> tuple[dict, np.ndarray]:
    """Return the figures of one run, and its noise per channel (channel,)."""
    ratio = np.cumsum(PCA().fit(spectrum).explained_variance_ratio_)
    scores = np.array([explained(field, spectrum, lags) for lags in range(LAGS + 1)])
    share = scores.max() - scores[0]
    residual = residual_of_lags(field, spectrum, LAGS)
    noise = residual.std(axis=0)
    return {
        "components_95": int(np.sum(ratio < 0.95)) + 1,
        "memory_share": round(float(share), 4),
        "memory_lags": int(np.argmax(scores >= scores.max() - 0.05 * share)),
        "noise": round(float(np.median(noise)), 5),
        "explained": round(float(scores.max()), 4),
        "noise_neighbour_correlation": round(_mean_correlation(residual[:, 1:], residual[:, :-1]), 3),
        "noise_step_correlation": round(_mean_correlation(residual[1:], residual[:-1]), 3),
    }, noise


def compare(preset: str, field: np.ndarray, real: np.ndarray, seed: int) -> dict:
    """Return the figures of a real and a simulated run and which agree within a factor of two."""
    simulated = simulate(preset, field, seed)
    ours, our_noise = figures(field, simulated)
    theirs, their_noise = figures(field, real)
    noise_ratio = our_noise / their_noise
    return {
        "seed": seed,
        "simulated": ours,
        "real": theirs,
        "within_factor_two": {key: _within(ours[key], theirs[key]) for key in JUDGED},
        "channels_with_noise_within_factor_two": round(
            float(np.mean((noise_ratio > 0.5) & (noise_ratio < 2))), 3
        ),
    }


def repeats_of_one_input(folder: Path) -> dict:
    """Compare the noise over repeats of one input: its size, and its correlation between channels and steps.

    The real input is not public, so the simulated WM repeats random peaks of its range from saturation.
    """
    real = _load(folder, "repeats_measured_first117.npz", "spectrum").transpose(0, 2, 1)
    repeats, steps = real.shape[:2]
    peaks = np.random.default_rng(0).uniform(18e-3, 23.5e-3, steps)
    ice, simulated = SpinVortexIce("WM"), []
    for _ in range(repeats):
        ice.saturate()
        simulated.append(ice.replay(peaks))
    return {"real": _repeat_noise(real), "simulated": _repeat_noise(np.array(simulated))}


def _repeat_noise(spectrum: np.ndarray) -> dict:
    noise = spectrum - spectrum.mean(axis=0)
    return {
        "noise": round(float(np.median(noise.std(axis=0))), 5),
        "noise_neighbour_correlation": round(_alike(noise[..., 1:], noise[..., :-1]), 3),
        "noise_step_correlation": round(_alike(noise[:, 1:], noise[:, :-1]), 3),
    }


def _alike(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def _within(one: float, other: float) -> bool:
    """Compare with a factor of two; lags count from the present step, so that none is one."""
    if isinstance(one, int):
        one, other = max(one, 1), max(other, 1)
    return bool(other / 2 <= one <= 2 * other)


def _mean_correlation(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one - one.mean(0), other - other.mean(0)
    return float(np.mean((one * other).mean(0) / (one.std(0) * other.std(0))))


def _print(report: dict) -> None:
    for preset, entries in report.items():
        for entry in entries:
            print(f"{preset} seed {entry['seed']}")
            for key, real in entry["real"].items():
                mark = "" if entry["within_factor_two"].get(key, True) else "  beyond a factor of two"
                print(f"  {key:28} real {real:8}  simulated {entry['simulated'][key]:8}{mark}")


def main() -> None:
    """Print the comparison; exit 1 unless every figure of WM agrees within a factor of two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NADO_REAL_DATA"), help="folder of the runs")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="WM with one seed only")
    options = parser.parse_args()
    if options.data is None:
        parser.error("give --data DIR or set NADO_REAL_DATA")
    presets, seeds = (("WM",), (0,)) if options.quick else (tuple(RUNS), (0, 1, 2))
    report = {}
    for preset in presets:
        field, real = load_run(Path(options.data), RUNS[preset])
        report[preset] = [compare(preset, field, real, seed) for seed in seeds]
    repeats = repeats_of_one_input(Path(options.data))
    agrees = all(all(entry["within_factor_two"].values()) for entry in report["WM"])
    if options.json:
        print(json.dumps({"wm_agrees": agrees, **report, "repeats": repeats}, indent=2))
    else:
        _print(report)
        print(f"noise over repeats: {repeats}")
    sys.exit(0 if agrees else 1)


if __name__ == "__main__":
    main()
