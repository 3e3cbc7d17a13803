"""How quickly the dashboard lists and searches a folder of ten thousand runs.

Synthetic run folders (one real run's metadata each, with other names, dates, samples) are written, then the
window is opened on them in its own event loop, unseen. Measured: from making the panel read the folder to
rows in the table, first without an index (read once in a life of the folder) and then with it; a search by
keystrokes until the table shows the result; the longest time the GUI thread was away meanwhile.

Usage: python benchmarks/dashboard_runs.py --json [--quick] [--runs 10000]
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyqt6")

from PyQt6.QtCore import QEventLoop, QSettings, QTimer

NAMES = (
    "sequences",
    "repeats",
    "steps",
    "seed",
    "field_centre",
    "field_range",
    "settle",
    "points",
    "hold",
    "k",
)
WORDS = ("s07", "characterise s07", "seed=12", "steps>40", "failed", "2026-03-1", "run09", "zz nothing")


def write_runs(folder: Path, count: int) -> None:
    """Write `count` runs of two rows: a real one, and copies of its JSON under other names."""
    from nado_lab.lab.store import RunMetadata, RunWriter, Status
    from nado_lab.protocols import Column

    template = folder / "template.zarr"
    writer = RunWriter.create(template, RunMetadata(sample="S"), {"primary": (Column("x"),)}, ())
    for value in (1.0, 2.0):
        writer.append("primary", {"x": value})
    writer.finalise(Status.COMPLETE, "")
    root = json.loads((template / "zarr.json").read_text(encoding="utf-8"))
    primary = (template / "primary" / "zarr.json").read_text(encoding="utf-8")
    protocols, states = (
        ("characterise", "repeats", "spectrum_map"),
        ("complete", "complete", "aborted", "failed"),
    )
    for number in range(count):
        root["attributes"] |= {
            "run_id": f"{number:08d}-{number:026d}",
            "started": f"2026-{1 + number * 12 // count:02d}-{1 + number % 28:02d}T12:00:{number % 60:02d}Z",
            "sample": f"S{number % 40:02d}",
            "status": states[number % 4],
            "protocol": {"name": protocols[number % 3], "parameters": _parameters(number)},
        }
        run = folder / f"day{number // 100:03d}" / f"run{number:05d}.zarr"
        (run / "primary").mkdir(parents=True)
        (run / "zarr.json").write_text(json.dumps(root), encoding="utf-8")
        (run / "primary" / "zarr.json").write_text(primary, encoding="utf-8")


def _parameters(number: int) -> dict[str, dict[str, Any]]:
    """Give ten parameters, as protocols have them."""
    return {name: {"value": (number * place) % 97, "units": ""} for place, name in enumerate(NAMES, 1)}


class Away:
    """Note the longest time between two beats of a timer that wants to fire every millisecond."""

    def __init__(self) -> None:
        self.longest_s, self._last = 0.0, time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._beat)
        self._timer.start(1)

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest_s, self._last = max(self.longest_s, now - self._last), now

    def take(self) -> float:
        """Give the longest time so far in ms, and forget it."""
        longest, self.longest_s, self._last = self.longest_s, 0.0, time.perf_counter()
        return round(1e3 * longest, 1)


def measure(count: int) -> dict[str, Any]:
    """Open the window on `count` runs, twice, then search."""
    from nado_lab.lab.dashboard.start import application, make_window

    app = application()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "runs"
        folder.mkdir()
        write_runs(folder, count)
        settings = QSettings(f"{scratch}/x.ini", QSettings.Format.IniFormat)
        window = make_window(Path(scratch) / "empty", settings)
        window.show()
        window.tabs.setCurrentWidget(window.browser)
        _live(1.0)
        window.session.folder = folder
        away = Away()
        found: dict[str, Any] = {"runs": count}
        for name in ("open_without_index", "open"):
            window.browser.list.show_entries([])
            found[f"{name}_s"] = round(_until(window, count), 3)
            found[f"{name}_gui_away_ms"] = away.take()
        found |= _search(window, away)
        found["sort_ms"] = _sort(window)
        window.close()
        app.processEvents()
        return found


def _until(window: Any, count: int) -> float:
    """Have the folder read; give the seconds until the table shows all runs and was painted."""
    begun = time.perf_counter()
    window.browser.rescan()
    while len(window.browser.shown) <= count - 1:
        _live(0.002)
    window.browser.list.viewport().repaint()
    return time.perf_counter() - begun


def _search(window: Any, away: Away) -> dict[str, Any]:
    """Type words letter by letter; time each keystroke until the table is painted."""
    took, left = [], {}
    for words in WORDS:
        for length in range(1, len(words) + 1):
            begun = time.perf_counter()
            window.browser.search.setText(words[:length])
            window.browser.list.viewport().repaint()
            took.append(1e3 * (time.perf_counter() - begun))
            _live(0.005)
        left[words] = len(window.browser.shown)
    times = {"median": round(statistics.median(took), 2), "longest": round(max(took), 2)}
    return {"search_ms_per_key": times, "found": left, "search_gui_away_ms": away.take()}


def _sort(window: Any) -> float:
    """Sort all runs by a parameter; give the milliseconds until the table is painted."""
    window.browser.search.clear()
    window.browser.list.set_columns(["name", "status", "seed", "steps", "field_centre"])
    begun = time.perf_counter()
    window.browser.list.sort("seed", descending=True)
    window.browser.list.viewport().repaint()
    return round(1e3 * (time.perf_counter() - begun), 1)


def _live(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(max(1, round(1e3 * seconds)), loop.quit)
    loop.exec()


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="500 runs")
    parser.add_argument("--runs", type=int, default=10_000)
    options = parser.parse_args()
    found = measure(500 if options.quick else options.runs) | {"load_average": os.getloadavg()[0]}
    print(json.dumps(found, indent=2) if options.json else found)


if __name__ == "__main__":
    main()
