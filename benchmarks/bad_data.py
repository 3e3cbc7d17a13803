"""R2 of twins that are fitted to bad data and scored on bad data: as it comes, and after the data check.

    NADO_REAL_DATA=... python -m benchmarks.bad_data [--quick] [--json]

Each case is a series of which a twin is fitted to the first 70 % and runs freely over the rest. `before`: the
data as it comes, and a twin that does not saturate outside its drives; `after`: with the data check, by which
the steps, channels or runs that were found are left out, of the scores too. The simulated series is a leaky
integrator of a random drive with two channels; the real one is run 07 of a width-modified ice
(StenningK/NeuroOverParam), 699 fields of 180 to 235 Oe, in which one field is replaced by the -226 Oe that
another run of that set really holds. Without NADO_REAL_DATA only the simulated cases are told.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from nado_lab.twin import DataError, FitSettings, Trials, check, evaluate, fit, follows_drive, join, matched

FITTED, WINDOW = 0.7, 48
QUICK = {"mean_steps": 20, "likelihood_steps": 60, "score_steps": 5}
REAL = "asvi/mg_07_MG_to_WM.npz"
GLITCH_OE = -226.0
NO_NUMBER = 8.9e36
"""Stands for 9.91E37 before: trials refuse what is larger."""

Change = Callable[[np.ndarray, np.ndarray], None]


@dataclass(frozen=True)
class Row:
    """What one case gave; None: no twin came of it, as `said`."""

    case: str
    before: float | None
    after: float | None
    said: str


def simulated(change: Change, steps: int = 480) -> Trials:
    """Make the leaky integrator, changed; one long trial."""
    rng = np.random.default_rng(0)
    drive = rng.uniform(-1, 1, steps)
    x, out = 0.0, []
    for u in drive:
        x = 0.7 * x + 0.5 * u
        out.append([x, x + 0.3 * x**2])
    readout = np.array(out) + 0.05 * rng.standard_normal((steps, 2))
    change(drive, readout)
    return Trials(torch.as_tensor(drive)[None, :, None], torch.as_tensor(readout, dtype=torch.float32)[None])


def real(folder: Path, change: Change) -> Trials:
    """Read the real run, changed; drives -1 and 1 are the ends of its fields as they were measured."""
    with np.load(folder / REAL) as data:
        field, spectrum = data["field_oe"].astype(float), data["spectrum"].astype(float)
    middle, half = (field.max() + field.min()) / 2, (field.max() - field.min()) / 2
    change(field, spectrum)
    return Trials(torch.as_tensor((field - middle) / half)[None, :, None], torch.as_tensor(spectrum)[None])


def at(place: float, value: float, *, channel: int | None = None) -> Change:
    """Put a value at a share of the series: into the drive, or into a channel of the readout."""

    def change(drive: np.ndarray, readout: np.ndarray) -> None:
        row = int(place * len(drive))
        if channel is None:
            drive[row] = value
        else:
            readout[row, channel] = value

    return change


def nothing(drive: np.ndarray, readout: np.ndarray) -> None:
    """Leave the data as it is."""


def still(drive: np.ndarray, readout: np.ndarray) -> None:
    """Let a channel always read the same."""
    readout[:, 1] = 3.25


def shuffled(drive: np.ndarray, readout: np.ndarray) -> None:
    """Let the readouts belong to other drives."""
    np.random.default_rng(1).shuffle(readout)


def scored(series: Trials, settings: FitSettings, *, with_check: bool) -> tuple[float | None, str]:
    """Fit the first part, let the twin run freely over the rest; R2, or None and why there is none."""
    cut = int(FITTED * series.drive.shape[1])
    series = check(series) if with_check else replace(series, checked=True)
    said = "; ".join(each.kind for each in series.findings)
    if not follows_drive(series):
        return None, said
    try:
        twin = fit(join([series.steps(0, cut)], WINDOW), settings)
        twin.is_bounded = with_check
        rest = series.steps(cut, series.drive.shape[1])
        return evaluate(twin, rest, scale=_spread(matched(twin, rest))).r2, said
    except DataError as error:
        return None, said or str(error)
    except (ArithmeticError, RuntimeError, ValueError) as error:
        return None, type(error).__name__


def _spread(series: Trials) -> torch.Tensor:
    """Return the deviation of the scored part, as if no channel stood still: before and after in one unit."""
    spread = series.readout[series.good].std(0)
    return torch.where(spread > 0, spread, 1.0).float()


def cases(folder: Path | None) -> Iterator[tuple[str, Trials]]:
    """Give every case with its series."""
    yield "simulated, as it is", simulated(nothing)
    yield "simulated, one drive of -15.7 in the fitted part", simulated(at(0.3, -15.7))
    yield "simulated, one drive of -15.7 in the scored part", simulated(at(0.8, -15.7))
    yield "simulated, one reading of 9.91E37 in the fitted part", simulated(at(0.3, NO_NUMBER, channel=0))
    yield "simulated, a channel that never changes", simulated(still)
    yield "simulated, readouts shuffled", simulated(shuffled)
    if folder is not None:
        yield "real ice, as it is", real(folder, nothing)
        yield "real ice, one field of -226 Oe in the fitted part", real(folder, at(0.3, GLITCH_OE))
        yield "real ice, one field of -226 Oe in the scored part", real(folder, at(0.8, GLITCH_OE))
        yield "real ice, spectra shuffled", real(folder, shuffled)


def measure(folder: Path | None, settings: FitSettings) -> list[Row]:
    """Fit and score every case twice."""
    rows = []
    for case, series in cases(folder):
        before, _ = scored(series, settings, with_check=False)
        after, said = scored(series, settings, with_check=True)
        rows.append(Row(case, before, after, said))
        print(f"{case}: {_shown(before)} -> {_shown(after)} {said}", file=sys.stderr)
    return rows


def _shown(value: float | None) -> str:
    return "refused" if value is None else f"{value:.3g}"


def main() -> None:
    """Print the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="short fits, the real run left out")
    options = parser.parse_args()
    root = os.environ.get("NADO_REAL_DATA")
    folder = Path(root) if root and not options.quick else None
    rows = measure(folder, FitSettings.from_json(QUICK) if options.quick else FitSettings())
    if options.json:
        print(json.dumps({"cases": [asdict(row) for row in rows]}, indent=2))
        return
    print("| data | R2 before | R2 after | found |\n| --- | --- | --- | --- |")
    for row in rows:
        print(f"| {row.case} | {_shown(row.before)} | {_shown(row.after)} | {row.said or 'nothing'} |")


if __name__ == "__main__":
    main()
