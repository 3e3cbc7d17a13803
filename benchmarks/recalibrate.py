"""Follow a drifted nanoring array: error against the number of steps measured anew, and when to refit.

    python benchmarks/recalibrate.py [--quick] [--json] [--seeds 0 1 2] [--work DIR]

A twin is fitted to a simulated array through its bench. Then the same array is measured again after a drift,
another one for each seed: depinning field and edge roughness 5 %, their spread 10 %, gain 7 %, offset 10 %
of the walls' signal, noise 10 %, every sign drawn. Compared on 8 new sequences with 40 repeats, in times of
the floor of the repeats: the old twin as it is; its offset alone corrected; `recalibrate`; a new twin fitted
to the same steps; and one fitted to them from the recalibrated twin. No figure of the scored sequences is
used to choose anything. Medians over seeds, with their range.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from nado_lab.lab.trials import trials_of
from nado_lab.lab.workflow.play_drives import play_drives
from nado_lab.twin import FitSettings, Trials, Twin, evaluate, fit, load, recalibrate, save

from benchmarks.drifting_bench import Mismatch, open_specimen

STEPS = 28
COUNTS = (14, 28, 56, 112, 280, 560, 1400, 2800, 5600)
FIT_COUNTS = (280, 1400, 5600)  # a fit takes half a minute
NAMES = ("mean_error", "std_error", "crps")
METHODS = ("none", "offset", "recalibrate", "refit", "refit on from it")


def drift(seed: int) -> Mismatch:
    """Draw the signs of a drift."""
    up = np.random.default_rng(seed).choice((-1, 1), 6)
    return Mismatch(
        depinning=1 + 0.05 * up[0],
        roughness=1 + 0.05 * up[1],
        spread=1 + 0.1 * up[2],
        gain=1 + 0.07 * up[3],
        noise=1 + 0.1 * up[4],
        offset_ohm=0.1 * up[5],
    )


def measure(how: Mismatch, sequences: int, repeats: int, seed: int, scratch: Path) -> Trials:
    """Measure random drives on a specimen: sequences x repeats trials."""
    drive = np.random.default_rng(seed).uniform(-1, 1, (sequences, STEPS, 1))
    sequence = np.tile(np.arange(sequences), repeats)
    path = scratch / f"measured{seed}.zarr"
    if not path.exists():
        with open_specimen(how, 0.0, seed) as setup:
            play_drives(drive[sequence], setup, path, sequence=sequence)
    return trials_of(path)


def old_twin(work: Path, sequences: int, settings: FitSettings) -> Twin:
    """Fit the twin of the array as it was, or read it where that was done before."""
    path = work / "old.twin"
    if not path.exists():
        save(fit(measure(Mismatch(), sequences, 1, 1, work), settings), path)
    return load(path)


def cut(trials: Trials, count: int) -> Trials:
    """Return the first `count` steps that were measured."""
    rows = max(1, count // STEPS)
    return trials.at(slice(0, rows)).first(min(count, STEPS))


@torch.no_grad()
def offset_only(twin: Twin, trials: Trials) -> Twin:
    """Shift every channel by the mean of what the twin misses."""
    drawn = twin.respond(trials.drive, noise=False)
    shifted = load_copy(twin)
    shifted.calibration.offset.add_(((trials.readout - drawn) / twin.readout_std).mean((0, 1)))
    return shifted


def load_copy(twin: Twin) -> Twin:
    """Return a twin with the same weights."""
    fresh = Twin(twin.spec, twin.channels, twin.units, twin.step_s)
    fresh.load_state_dict(twin.state_dict())
    return fresh.eval()


def updated(method: str, old: Twin, trials: Trials, settings: FitSettings) -> Twin:
    """Return the twin that a method makes of the steps."""
    if method == "none":
        return old
    if method == "offset":
        return offset_only(old, trials)
    if method == "recalibrate":
        return recalibrate(old, trials)
    return fit(trials, settings, start=None if method == "refit" else recalibrate(old, trials))


def one_seed(
    seed: int, work: Path, old: Twin, settings: FitSettings, counts: tuple[int, ...], methods: tuple[str, ...]
) -> list[dict]:
    """Return the rows of one drift."""
    how, folder = drift(seed), work / f"drift{seed}"
    fresh = measure(how, max(counts) // STEPS, 1, 100, folder)
    scored = measure(how, 8, 40 if max(counts) > 280 else 8, 200, folder)
    rows = []
    for method in methods:
        for count in counts_of(method, counts):
            twin = updated(method, old, cut(fresh, count), settings)
            rows.append({"seed": seed, "method": method, "steps": count, **ratios(twin, scored, old)})
            print(rows[-1], file=sys.stderr, flush=True)
    return rows


def counts_of(method: str, counts: tuple[int, ...]) -> tuple[int, ...]:
    """Return the numbers of steps at which a method is tried."""
    if method == "none":
        return (0,)
    return counts if method in ("offset", "recalibrate") else tuple(n for n in counts if n in FIT_COUNTS)


def ratios(twin: Twin, scored: Trials, old: Twin) -> dict[str, float]:
    """Return each error in times of the floor, in units of the old twin's deviations."""
    found = evaluate(twin, scored, scale=old.readout_std)
    return {name: getattr(found, name) / getattr(found.floor, name) for name in NAMES}


def summary(rows: list[dict]) -> list[dict]:
    """Return the median and the range over seeds of every method and number of steps."""
    table = []
    for method, count in dict.fromkeys((row["method"], row["steps"]) for row in rows):
        mine = [row for row in rows if (row["method"], row["steps"]) == (method, count)]
        line: dict[str, Any] = {"method": method, "steps": count, "seeds": len(mine)}
        for name in NAMES:
            values = [row[name] for row in mine]
            line[name] = {"median": median(values), "least": min(values), "most": max(values)}
        table.append(line)
    return table


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--sequences", type=int, default=2000, help="the old twin is fitted to")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--work", type=Path, help="keep runs and twins here, and take up what is there")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(1)
    settings = (
        FitSettings(mean_steps=20, score_steps=5)
        if given.quick
        else FitSettings(mean_steps=600, score_steps=300, weight_decay=0.03)
    )
    again = settings if given.quick else replace(settings, mean_steps=300, score_steps=150)
    counts = COUNTS[:5] if given.quick else COUNTS
    with tempfile.TemporaryDirectory() as scratch:
        work = given.work or Path(scratch)
        old = old_twin(work, 60 if given.quick else given.sequences, settings)
        seeds = given.seeds[:1] if given.quick else given.seeds
        rows = [row for seed in seeds for row in one_seed(seed, work, old, again, counts, given.methods)]
    found = {"seeds": seeds, "table": summary(rows), "rows": rows}
    print(json.dumps(found, indent=2) if given.json else markdown(found["table"]))


def markdown(table: list[dict]) -> str:
    """Write the table for people: mean error by method and number of steps."""
    counts = sorted({line["steps"] for line in table if line["steps"]})
    lines = [f"| steps | {' | '.join(map(str, counts))} |", "| --- |" + " ---: |" * len(counts)]
    for name in NAMES:
        for method in dict.fromkeys(line["method"] for line in table):
            mine = {line["steps"]: line[name] for line in table if line["method"] == method}
            cells = (mine.get(count, mine.get(0)) for count in counts)
            lines.append(f"| {method}, {name} | {' | '.join(map(_cell, cells))} |")
    return "\n".join(lines)


def _cell(value: dict[str, float] | None) -> str:
    if value is None:
        return ""
    return f"{value['median']:.2f} ({value['least']:.2f} to {value['most']:.2f})"


if __name__ == "__main__":
    main()
