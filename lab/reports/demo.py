"""The report of `nado demo`: report.json for programs, report.html for people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nado_lab.lab.reports.figures import Prediction, accuracy_figure, prediction_figure, scores_figure
from nado_lab.lab.reports.page import render, save_png


def write_demo_report(report: dict[str, Any], shown: Prediction, out: Path) -> None:
    """Write `report.json`, `report.html` and the pictures' PNG files into the folder `out`."""
    pictures_dir = out / "pictures"
    pictures_dir.mkdir(exist_ok=True)
    # The first contact pair: the wall population (h0) and the walls' rotation with the field (h2, in phase).
    channels = [index for index, name in enumerate(shown.channels) if name in ("h0_0", "h1x_0", "h2x_0")]
    figures = {
        "prediction": prediction_figure(shown, channels or [0]),
        "scores": scores_figure(report["twin"], report["twin"]["floor"]),
        "accuracy": accuracy_figure(report["accuracy"]),
    }
    pictures = {name: save_png(figure, pictures_dir / f"{name}.png") for name, figure in figures.items()}
    page = render("demo.html.j2", report=report, pictures=pictures)
    (out / "report.html").write_text(page, encoding="utf-8")
    (out / "report.json").write_text(json.dumps(report, indent=2, allow_nan=False) + "\n", encoding="utf-8")
