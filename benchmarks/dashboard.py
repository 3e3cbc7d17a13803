"""How smoothly the dashboard draws: 8 live curves of a million points while 7 x 3200 samples/s come in.

The whole window runs in its event loop, unseen (Qt's offscreen platform paints into memory). A feeder thread
posts rows to the event queue as the runner does. Measured: the time between two paints that show something
new, how long the GUI thread was away (gaps of a timer that wants to fire every millisecond), and its
processor time a frame, which does not depend on what else the machine does. Beside it, each in
a process of its own, PyMeasure's ManagedWindow with the same curves over a CSV file that grows at the same
rate. Frames are limited by the dashboard's own clock, see lab/dashboard/views/hub.py.

Usage: python benchmarks/dashboard.py --json [--quick] [--no-peer]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyqt6")

import numpy as np
from PyQt6.QtCore import QEvent, QEventLoop, QObject, QSettings, QTimer

CHANNELS, RATE, CURVES = 7, 3200, 8
ROWS_PER_S = 64
SIZE = (1366, 768)


class Watch(QObject):
    """Note when a widget was painted with something new (`shown()` differs), and how long Qt was away."""

    def __init__(self, widget: Any, shown: Callable[[], Any]) -> None:
        super().__init__()
        self._shown, self._before = shown, None
        self.paints: list[float] = []
        self.away: list[float] = []
        self._last = time.perf_counter()
        widget.installEventFilter(self)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._beat)
        self._timer.start(1)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.Paint:
            shown = self._shown()
            if shown != self._before:
                self._before = shown
                self.paints.append(time.perf_counter())
        return False

    def _beat(self) -> None:
        now = time.perf_counter()
        self.away.append(now - self._last)
        self._last = now

    def begin(self) -> None:
        """Forget what was before."""
        self.paints, self.away = [], []
        self._processor = time.thread_time()
        self._last = time.perf_counter()

    def report(self, seconds: float) -> dict[str, float]:
        """Sum up."""
        between = 1e3 * np.diff(self.paints) if len(self.paints) > 1 else np.array([1e3 * seconds])
        away = 1e3 * np.array(self.away)
        return {
            "gui_processor_ms_per_frame": round(
                1e3 * (time.thread_time() - self._processor) / max(len(self.paints), 1), 2
            ),
            "frames_per_s": round(len(self.paints) / seconds, 2),
            "frame_ms_median": round(float(np.median(between)), 2),
            "frame_ms_p99": round(float(np.quantile(between, 0.99)), 2),
            "gui_away_ms_p99": round(float(np.quantile(away, 0.99)), 2),
            "gui_away_ms_max": round(float(away.max()), 2),
        }


def dashboard(points: int, seconds: float) -> dict[str, float]:
    """Draw the stream in the dashboard's window."""
    from nado_lab.lab.dashboard.models.events import RowArrived, RunStarted
    from nado_lab.lab.dashboard.start import application, make_window
    from nado_lab.port import Port
    from nado_lab.protocols import Column

    app = application()
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "x.ini"), QSettings.Format.IniFormat)
        window = make_window(Path(folder), settings)
        window.resize(*SIZE)
        window.show()
        samples = RATE // ROWS_PER_S
        columns = (
            Column("input", ("step", "port"), (samples, 1), units="T"),
            Column("waveform", ("step", "sample", "contact"), (1, samples, CHANNELS), "float32", "V"),
        )
        ports = (Port("field", "T", -1.0, 1.0),)
        started = RunStarted("x", "stream", {"primary": columns}, (), (), 1 / RATE, 10**6, ports=ports)
        window.live.start(started)
        window.live.span.setCurrentText("all")
        run = window.live.run
        for signal in [*run.panels["input"], *run.panels["waveform"]]:
            signal.trace.step = 1 / RATE
            signal.trace.append(np.random.default_rng(0).normal(size=points).cumsum())
        stop = threading.Event()
        post = window.session.events.post
        feeder = threading.Thread(target=_feed, args=(post, RowArrived, samples, stop))
        trace, plot = run.panels["waveform"][0].trace, window.live.plots["waveform"]
        watch = Watch(plot.viewport(), lambda: trace.count)
        feeder.start()
        _run(1.0)
        watch.begin()
        _run(seconds)
        report = watch.report(seconds) | {"rows_dropped": window.session.events.dropped}
        stop.set()
        feeder.join()
        window.close()
        app.processEvents()
        return report


def managed_window(points: int, seconds: float) -> dict[str, float]:
    """Draw the same curves and stream in PyMeasure's ManagedWindow."""
    import pyqtgraph as pg
    from nado_lab.lab.dashboard.start import application
    from pymeasure.display.windows import ManagedWindow
    from pymeasure.experiment import Procedure, Results

    names = [f"c{index}" for index in range(CURVES)]

    class Stream(Procedure):
        """Columns of the stream."""

        DATA_COLUMNS = ["t", *names]  # noqa: RUF012 - PyMeasure's way

    app = application()
    with tempfile.TemporaryDirectory() as folder:
        window = ManagedWindow(Stream, x_axis="t", y_axis="c0")
        window.resize(*SIZE)
        window.show()
        procedure = Stream()
        results = Results(procedure, str(Path(folder) / "stream.csv"))
        procedure.status = Procedure.RUNNING
        path = Path(results.data_filename)
        _write(path, 0, points)
        for index, name in enumerate(names):
            curve = window.plot_widget.new_curve(results, color=pg.intColor(index))
            curve.y = name
            window.plot_widget.load(curve)
        _run(0.5)
        stop = threading.Event()
        feeder = threading.Thread(target=_append, args=(path, points, stop))
        watch = Watch(window.plot_widget.plot_frame.plot_widget.viewport(), lambda: len(curve.xData))
        feeder.start()
        _run(1.0)
        watch.begin()
        begun = time.perf_counter()
        _run(seconds)
        report = watch.report(time.perf_counter() - begun)
        stop.set()
        feeder.join()
        window.close()
        app.processEvents()
        return report


def _run(seconds: float) -> None:
    """Let Qt's own event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(round(1e3 * seconds), loop.quit)
    loop.exec()


def _feed(post: Any, row: Any, samples: int, stop: threading.Event) -> None:
    """Post ROWS_PER_S rows a second, each with a stretch of every channel."""
    rng = np.random.default_rng(1)
    begun, number = time.perf_counter(), 0
    while not stop.is_set():
        values = {"input": rng.normal(size=(samples, 1)), "waveform": rng.normal(size=(1, samples, CHANNELS))}
        post(row("primary", values))
        number += 1
        stop.wait(max(0.0, begun + number / ROWS_PER_S - time.perf_counter()))


def _write(path: Path, first: int, count: int) -> None:
    """Append rows t, c0 ... to PyMeasure's CSV file."""
    values = np.random.default_rng(first).normal(size=(count, CURVES + 1))
    values[:, 0] = np.arange(first, first + count) / RATE
    with path.open("ab") as file:
        np.savetxt(file, values, fmt="%.6g", delimiter=",")


def _append(path: Path, first: int, stop: threading.Event) -> None:
    """Let the file grow by RATE rows a second."""
    begun, number, samples = time.perf_counter(), 0, RATE // ROWS_PER_S
    while not stop.is_set():
        _write(path, first + number * samples, samples)
        number += 1
        stop.wait(max(0.0, begun + number / ROWS_PER_S - time.perf_counter()))


def _apart(what: str, points: int, seconds: float) -> dict[str, Any]:
    """Measure one in a fresh process."""
    command = [sys.executable, __file__, "--only", what, "--points", str(points), "--seconds", str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    if done.returncode:
        return {"error": (done.stderr.strip() or "no output").splitlines()[-1]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="100 000 points, 4 s")
    parser.add_argument("--no-peer", action="store_true", help="leave PyMeasure out")
    parser.add_argument("--only", choices=("nado", "pymeasure"), help="measure one, in this process")
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=15.0)
    options = parser.parse_args()
    points, seconds = (100_000, 4.0) if options.quick else (options.points, options.seconds)
    if options.only:
        measured = {"nado": dashboard, "pymeasure": managed_window}[options.only](points, seconds)
        print(json.dumps(measured))
        return
    stream = {"curves": CURVES, "points": points, "channels": CHANNELS, "samples_per_s": RATE}
    report: dict[str, Any] = {"stream": stream, "load_average": os.getloadavg()[0], "seconds": seconds}
    report["nado"] = _apart("nado", points, seconds)
    if not options.no_peer:
        report["pymeasure_managed_window"] = _apart("pymeasure", points, seconds)
    print(json.dumps(report, indent=2) if options.json else report)


if __name__ == "__main__":
    main()
