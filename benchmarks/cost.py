"""What a stage costs against its size: CPU seconds of measuring, storing, fitting, training and deploying.

One size is varied at a time; the exponent is the slope of a least-squares line of log CPU seconds on log
size, and `late` that over the larger half of the sizes, where fixed costs hide less. Times are CPU seconds of
one process, the least of two, so that other work on the machine counts little. Measuring and deploying run
on the simulated bench: a real one takes steps / rotation frequency (37 Hz) of wall time instead.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.cost_stages import STAGES
from benchmarks.machine import machine, versions


def cpu_seconds(work: Callable[[], object]) -> float:
    """Time one call in CPU seconds of this process."""
    started = time.process_time()
    work()
    return time.process_time() - started


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """Fit seconds = a size^b; return b."""
    return float(np.polyfit(np.log(sizes), np.log(np.maximum(seconds, 1e-6)), 1)[0])


def measure(quick: bool, only: list[str] | None) -> list[dict[str, Any]]:
    """Time every stage at every size; return a row for each stage and what is varied."""
    torch.set_num_threads(1)
    rows, repeats = [], 1 if quick else 2
    with tempfile.TemporaryDirectory() as scratch:
        for stage, varied, sizes, prepare in STAGES:
            if only and stage not in only:
                continue
            chosen = sizes[:2] if quick else sizes
            prepare(Path(scratch), chosen[0])()  # compiled and imported before it counts
            seconds = [
                min(cpu_seconds(prepare(Path(scratch), size)) for _ in range(repeats)) for size in chosen
            ]
            half = len(chosen) // 2
            late = exponent(chosen[half:], seconds[half:]) if half > 1 else None
            row = {"stage": stage, "varied": varied, "sizes": chosen, "cpu_s": seconds}
            rows.append(row | {"exponent": exponent(chosen, seconds), "late": late})
    return rows


def draw(rows: list[dict[str, Any]], file: Path) -> None:
    """Draw CPU seconds against size, a panel a stage."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import NullFormatter

    stages = list(dict.fromkeys(row["stage"] for row in rows))
    figure = Figure(figsize=(3.1 * len(stages), 3.3), layout="constrained")
    for axis, stage in zip(figure.subplots(1, len(stages), squeeze=False)[0], stages, strict=True):
        for row in (each for each in rows if each["stage"] == stage):
            axis.loglog(row["sizes"], row["cpu_s"], "o-", label=f"{row['varied']}: {row['exponent']:.2f}")
        axis.set_title(stage)
        axis.set_xlabel("size")
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.legend(fontsize=7, title="exponent", title_fontsize=7)
    figure.axes[0].set_ylabel("CPU seconds")
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=110)


def main() -> None:
    """Print sizes, CPU seconds and exponents."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="the two least sizes, once")
    parser.add_argument("--only", nargs="+", choices=sorted({stage for stage, *_ in STAGES}))
    parser.add_argument("--picture", type=Path, help="draw the figures into this PNG file")
    chosen = parser.parse_args()
    rows = measure(chosen.quick, chosen.only)
    if chosen.picture:
        draw(rows, chosen.picture)
    if chosen.json:
        about = {"machine": machine(), "versions": versions(), "seed": 0}
        print(json.dumps({"exponents": rows, **about}, indent=2))
        return
    print("| stage | varied | sizes | CPU s | exponent |\n| --- | --- | --- | --- | --- |")
    for row in rows:
        sizes, seconds = ", ".join(map(str, row["sizes"])), ", ".join(f"{s:.2g}" for s in row["cpu_s"])
        print(f"| {row['stage']} | {row['varied']} | {sizes} | {seconds} | {row['exponent']:.2f} |")


if __name__ == "__main__":
    main()
