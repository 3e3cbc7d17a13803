"""Draw how a twin compares with measured trials, into a folder: every figure as PNG and PDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.reports import evaluation_figures as figures
from nado_lab.lab.reports.comparison import compare
from nado_lab.lab.reports.figures import metrics_figure
from nado_lab.lab.reports.trials_figure import trials_figure

if TYPE_CHECKING:
    from nado_lab.twin import Metrics, Trials, Twin

DOTS_PER_INCH = 150
KINDS = ("png", "pdf")
ALWAYS = {
    "trials": trials_figure,
    "mean_std": figures.mean_std_figure,
    "residuals": figures.residuals_figure,
    "coverage": figures.coverage_figure,
}
WITH_REPEATS = {
    "autocovariance": figures.autocovariance_figure,
    "noise_spectrum": figures.spectrum_figure,
}


def draw_evaluation(twin: Twin, trials: Trials, metrics: Metrics, folder: Path, seed: int = 0) -> list[Path]:
    """Draw the twin beside the trials, and its metrics beside the floor; return the files.

    What compares noise with noise (correlation, spectrum, floors) is drawn where sequences have 4 repeats.
    """
    found = compare(twin, trials, seed)
    chosen = ALWAYS | (WITH_REPEATS if found.has_repeats else {})
    drawn = {name: draw(found) for name, draw in chosen.items()}
    if figure := metrics_figure(metrics):
        drawn["scores"] = figure
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, figure in drawn.items():
        for kind in KINDS:
            files.append(folder / f"{name}.{kind}")
            figure.savefig(files[-1], dpi=DOTS_PER_INCH)
    return files
