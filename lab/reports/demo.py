"""The report of `nado demo`: report.json for programs, report.html for people."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure
from nado_lab.lab.reports.again import demo_again
from nado_lab.lab.reports.demo_report import DemoReport
from nado_lab.lab.reports.figures import Prediction, accuracy_figure, metrics_figure, prediction_figure
from nado_lab.lab.reports.page import render, save_png
from nado_lab.lab.text_file import write_text


def write_demo_report(report: DemoReport, shown: Prediction, out: Path) -> None:
    """Write `report.json`, `report.html` and the pictures' PNG files into the folder `out`."""
    pictures_dir = out / "pictures"
    pictures_dir.mkdir(exist_ok=True)
    # The first contact pair: the wall population (h0) and the walls' rotation with the field (h2, in phase).
    channels = [index for index, name in enumerate(shown.channels) if name in ("h0_0", "h1x_0", "h2x_0")]
    figures: dict[str, Figure | None] = {
        "prediction": prediction_figure(shown, channels or [0]),
        "scores": metrics_figure(report.twin),
        "accuracy": accuracy_figure(report.accuracy),
    }
    pictures = {n: save_png(drawn, pictures_dir / f"{n}.png") for n, drawn in figures.items() if drawn}
    page = render("demo.html.j2", report=report, pictures=pictures, again=demo_again(report))
    write_text(out / "report.html", page)
    report.write(out / "report.json")
