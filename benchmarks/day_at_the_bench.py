"""A day at the bench as a script of clicks in the real window, with pictures of every step.

Connect, a scan with notes, abort, complete, fit, three twins compared, a saved network deployed, an
instrument that breaks and is mended, the queue gone on with. Each step is photographed dark and light at
1280 x 720 and 1600 x 1000; one that does not come about ends the day. Unseen, on a simulated bench.

Usage: python -m benchmarks.day_at_the_bench --out pictures [--quick] [--json]
"""

import argparse
import json
import os
import sys
import tempfile
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyqt6")

from nado_lab.lab.dashboard.models.experiment import State
from nado_lab.lab.dashboard.start import application, make_window
from nado_lab.lab.dashboard.tour import Tour
from nado_lab.lab.dashboard.views.theme import DARK, LIGHT
from nado_lab.lab.workflow.scan import Axis, Scan
from PyQt6.QtCore import QSettings

SIZES = ((1280, 720), (1600, 1000))
SMALL = {"sequences": 12, "repeats": 4, "steps": 10}
FIT_STEPS = 4


class Day(Tour):
    """Steps of a day, in order; every one leaves the window as the next one finds it."""

    sizes = SIZES
    themes = (DARK, LIGHT)

    def day(self) -> list[Path]:
        """Do all of them; give the pictures."""
        self.connect("sim:nanoring")
        for step in (
            self.scan_with_notes,
            self.abort_and_complete,
            self.find_again,
            self.three_twins,
            self.saved_network,
            self.broken_and_mended,
        ):
            step()
        return self.pictures

    def photograph(self, name: str) -> None:
        """Take the picture in every theme and size."""
        for theme in self.themes:
            self.window.use_theme(theme)
            for width, height in self.sizes:
                self.window.resize(width, height)
                super().photograph(f"{name}-{theme.name}-{width}")
        self.window.use_theme(DARK)

    def scan_with_notes(self) -> None:
        """Queue two runs that differ in one parameter, with a name, a note and tags."""
        panel = self.window.measure
        panel.protocol.setCurrentText("repeats")
        panel.form.set_values(SMALL)
        for name, text in {
            "name": "warm up",
            "note": "magnet cold",
            "tags": "day one",
        }.items():
            panel.about.inputs[name].setText(text)
        panel.scan.setChecked(True)
        panel.scan.show_scan(Scan((Axis("seed", 1, 2, 1),)))
        self.until(lambda: "within the limits" in panel.estimate.text())
        self.photograph("1-before")
        panel.queue_it()
        panel.scan.setChecked(False)
        self._all_done()
        self.photograph("1-scan")

    def abort_and_complete(self) -> None:
        """Abort a run under way, then measure what is left of it."""
        window, panel = self.window, self.window.measure
        panel.form.set_values(SMALL | {"sequences": 60, "seed": 3})
        (experiment,) = panel.queue_it()
        self.until(lambda: experiment.done > 10)
        window.abort().join()
        self.until(lambda: experiment.state is State.ABORTED)
        self.photograph("2-aborted")
        browser = self._page("Runs", window.browser)
        browser.rescan()
        self.until(lambda: experiment.out in [each.path for each in browser.shown])
        browser.select(experiment.out)
        browser.complete()
        self.until(lambda: window.session.queue.items[-1].state is State.COMPLETE)
        self.settle(0.5)
        self.photograph("2-completed")

    def find_again(self) -> None:
        """Search, list a parameter, compare two runs, write a note."""
        browser = self._page("Runs", self.window.browser)
        browser.list.set_columns(["name", "status", "seed", "sequences", "sample", "tags"])
        browser.search.setText("warm sequences<20")
        self.until(lambda: len(browser.shown) == len(SIZES))
        browser.select(*[each.path for each in browser.shown])
        self.until(lambda: len(browser.details.plot.lines()) == len(SIZES))
        for name in ("Overlay", "Compare", "Notes"):
            titles = [browser.details.tabText(index) for index in range(browser.details.count())]
            browser.details.setCurrentIndex(titles.index(name))
            self.photograph(f"3-{name.lower()}")
        browser.search.clear()

    def three_twins(self) -> None:
        """Fit three twins that differ in their number of steps, and compare them."""
        panel = self._page("Twin", self.window.twin)
        runs = [each.out for each in self.window.session.queue.items[:2] if each.out]
        self.until(lambda: panel.counts and panel.scored_on.findData(str(runs[1])) >= 0)
        panel.mark(runs[0])
        panel.scored_on.setCurrentIndex(panel.scored_on.findData(str(runs[1])))
        for times in (1, 2, 3):
            for name, spin in panel.counts.items():
                spin.setValue(0 if name == "seed" else times * FIT_STEPS)
            self.finish(panel.fit())
        self.until(lambda: panel.all.table.rowCount() == 3)
        panel.tables.setCurrentWidget(panel.all)
        self.photograph("4-three-twins")
        panel.recalibrate()
        self.until(lambda: panel.result is not None and panel.result.before is not None)
        panel.tables.setCurrentWidget(panel.scores)
        self.photograph("4-recalibrated")

    def saved_network(self) -> None:
        """Train a small network, forget it, open it from the table, deploy it."""
        panel = self._page("Network", self.window.network)
        self.until(lambda: panel.twins.currentData() is not None and panel.task.count())
        for name, value in {"nodes": 2, "epochs": 2, "train": 100, "test": 60}.items():
            panel.numbers[name].setValue(value)
        self.finish(panel.train())
        self.until(lambda: panel.all.table.rowCount() == 1)
        panel.opened = None
        panel.tables.setCurrentWidget(panel.all)
        panel.all.table.cellClicked.emit(0, 0)
        self.until(lambda: panel.opened is not None)
        panel.count.setValue(4)
        self.finish(panel.deploy())
        self.until(lambda: panel.deployed is not None)
        self.settle(1.0)
        self.photograph("5-deployed")

    def broken_and_mended(self) -> None:
        """Break the generator: the queue is held; mend it, and go on with what waits."""
        window, queue = self.window, self.window.session.queue
        window.simulator.fault.setCurrentText("generator:timeout")
        window.simulator.break_it()
        self.window.tabs.setCurrentIndex(0)
        panel = window.measure
        panel.form.set_values(SMALL | {"seed": 7})
        panel.times.setValue(2)
        first, second = panel.queue_it()
        panel.times.setValue(1)
        self.until(lambda: first.state is State.FAILED)
        self.settle(0.5)
        if second.state is not State.QUEUED or not queue.holds:
            raise SystemExit("after a fault of the bench the queue was not held")
        self.photograph("6-broken")
        window.simulator.mend()
        panel.pause_or_resume()
        self.until(lambda: second.state is State.COMPLETE)
        self.photograph("6-gone-on")

    def _all_done(self) -> None:
        queue = self.window.session.queue
        self.until(lambda: queue.current is None and not queue.waiting)
        self.settle(0.5)


def main() -> None:
    """Live through the day."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", "-o", type=Path, default=Path("day"), help="folder of the pictures")
    parser.add_argument("--quick", action="store_true", help="dark, 1280 x 720 only")
    parser.add_argument("--json", action="store_true", help="print the pictures as one JSON document")
    options = parser.parse_args()
    say = partial(print, file=sys.stderr) if options.json else print
    options.out.mkdir(parents=True, exist_ok=True)
    app = application()
    with tempfile.TemporaryDirectory() as scratch:
        settings = QSettings(f"{scratch}/x.ini", QSettings.Format.IniFormat)
        window = make_window(Path(scratch) / "runs", settings)
        window.resize(*SIZES[0])
        window.show()
        day = Day(window, app, options.out, say)
        if options.quick:
            day.sizes, day.themes = SIZES[:1], (DARK,)
        try:
            day.day()
        finally:
            window.hub.stop()
            window.session.close()
            window.leave()
    if options.json:
        print(json.dumps({"pictures": sorted(path.name for path in options.out.glob("*.png"))}))


if __name__ == "__main__":
    main()
