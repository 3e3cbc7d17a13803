"""A third party's device: build examples/nado-plugin-template as a wheel, install it, run it elsewhere.

The device has two ports, in V and W. It is checked, measured, fitted, trained for, deployed on and drawn in
the dashboard without a line of this tree changed; the template's own tests run too. The wheel goes into a
folder of its own beside the packages that there are. What a third party wrote is counted in lines with
something in them. `--quick` fits and trains in small.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "examples" / "nado-plugin-template"
LEARNT = 0.7
"""Normalised error that the trained device must be below; a ridge on the raw inputs has 1."""
PATIENCE_S = 60
SETUP, TASK = "sim:leaky", "two-input-product"
MEMBERS = {
    ("drivers", "leaky_box"),
    ("setups", "leaky"),
    ("benches", "leaky"),
    ("protocols", "leaky_decay"),
    ("tasks", TASK),
}
SIZES = {  # sequences, steps of the fit (mean, score), epochs, nodes
    False: (80, (400, 250), 40, 24),
    True: (16, (60, 30), 4, 8),
}
DRAW = """
import sys
from pathlib import Path
from PyQt6.QtCore import QSettings
from nado_lab.lab.dashboard.start import application, make_window
from nado_lab.lab.dashboard.tour import SIZE, Tour

app, out = application(), Path(sys.argv[1])
window = make_window(out / "runs", QSettings(str(out / "settings.ini"), QSettings.Format.IniFormat))
window.resize(*SIZE)
window.show()
tour = Tour(window, app, out, print)
tour.connect(sys.argv[2])
experiment = tour._queue("characterise", {"sequences": 12, "steps": 20})
tour.until(lambda: experiment.done >= 12)
tour.settle(0.3)
assert window.grab().save(str(out / "dashboard.png"))
tour.until(lambda: not window.session.bench.is_busy)
window.tabs.setCurrentWidget(window.simulator)
tour.settle(0.3)
window.simulator.draw()
assert window.simulator.counted, "the simulator shows nothing"
assert window.grab().save(str(out / "simulator.png"))
window.leave()
"""


def lines(folder: Path) -> dict[str, int]:
    """Count the lines of each file of the package that hold something."""
    found = sorted(
        path for path in folder.rglob("*") if path.suffix in (".py", ".toml") and "tests" not in path.parts
    )
    return {path.relative_to(folder).as_posix(): _filled(path) for path in found}


def _filled(path: Path) -> int:
    return sum(bool(line.strip()) for line in path.read_text(encoding="utf-8").splitlines())


def install(scratch: Path) -> Path:
    """Build the template's wheel from a copy, install it into a folder; return the folder."""
    copy, dist, site = scratch / "source", scratch / "dist", scratch / "site"
    shutil.copytree(TEMPLATE, copy, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
    pip = [sys.executable, "-m", "pip"]
    subprocess.run(
        [*pip, "wheel", "-q", "--no-deps", "-w", str(dist), str(copy)], check=True, stdout=sys.stderr
    )
    (wheel,) = dist.glob("*.whl")
    subprocess.run(
        [*pip, "install", "-q", "--no-deps", "--target", str(site), str(wheel)], check=True, stdout=sys.stderr
    )
    return site


def beside(site: Path) -> dict[str, str]:
    """Return the environment in which the package is found beside those that there are."""
    before = os.environ.get("PYTHONPATH", "")
    paths = [str(site), *(str(Path(each).resolve()) for each in before.split(os.pathsep) if each)]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(paths),
        "NADO_PLUGIN_FOLDER": "",
        "NADO_PLUGINS": "",
    }


def runner(environment: dict[str, str], away: Path) -> Callable[..., str]:
    """Return how Python is called in the folder `away`."""

    def run(*words: str | Path) -> str:
        command = [sys.executable, *map(str, words)]
        done = subprocess.run(command, cwd=away, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(command[1:])}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return done.stdout

    return run


def loop(run: Callable[..., str], quick: bool) -> dict[str, Any]:
    """Check, measure, fit, train, deploy; return what each said, and the seconds it took."""
    sequences, (mean, score), epochs, nodes = SIZES[quick]
    fit = ("--mean-steps", str(mean), "--score-steps", str(score))
    train = ("--epochs", str(epochs), "--nodes", str(nodes), "--train", "120", "--test", "40")
    measured = ("-p", f"sequences={sequences}", "-p", "steps=30", "-p", "repeats=2")
    stages = {
        "plugins": ("plugins",),
        "check": ("check", SETUP),
        "protocol": ("measure", "leaky_decay", "--setup", SETUP, "--out", "decay.zarr"),
        "measure": ("measure", "characterise", "--setup", SETUP, "--out", "run.zarr", *measured),
        "fit": ("twin", "fit", "run.zarr", "--out", "leaky.twin", *fit),
        "train": ("network", "train", TASK, "--twin", "leaky.twin", "--out", "leaky.net", *train),
        "deploy": ("deploy", "leaky.net", "--setup", SETUP, "--out", "deployed"),
    }
    said, took = {}, {}
    for stage, words in stages.items():
        started = time.perf_counter()
        said[stage] = json.loads(run("-m", "nado_lab", *words, "--json"))
        took[stage] = round(time.perf_counter() - started, 2)
    return {"said": said, "seconds": took}


def supervised(run: Callable[..., str], environment: dict[str, str], away: Path) -> bool:
    """Serve the bench on TCP and check it from another process, as real hardware: locked, supervised."""
    words = [sys.executable, "-m", "nado_lab", "sim", "serve", SETUP, "--out", "served.toml"]
    server = subprocess.Popen(words, cwd=away, env=environment, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + PATIENCE_S
        while not (away / "served.toml").exists() and server.poll() is None and time.monotonic() < end:
            time.sleep(0.1)
        return bool(json.loads(run("-m", "nado_lab", "check", "served.toml", "--json"))["passed"])
    finally:
        server.terminate()
        server.wait()


def measure(quick: bool) -> dict[str, Any]:
    """Do all of it in a scratch folder; return figures and whether each thing was as it should be."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        away = scratch / "away"
        away.mkdir()
        environment = beside(install(scratch))
        run = runner(environment, away)
        done = loop(run, quick)
        done["said"]["supervised"] = supervised(run, environment, away)
        run("-c", DRAW, away, SETUP)
        tests = run("-m", "pytest", "-q", "-p", "no:cacheprovider", scratch / "source" / "tests")
        drawn = (away / "dashboard.png").stat().st_size
    said, written = done["said"], lines(TEMPLATE)
    members = {(each["group"], each["name"]) for each in said["plugins"]["members"] if each["broken"] is None}
    return {
        "lines": sum(written.values()),
        "lines_by_file": written,
        "seconds": done["seconds"],
        "task_on_twin": said["train"]["twin"],
        "deployed": said["deploy"],
        "tests": tests.strip().splitlines()[-1],
        "wrong": _wrong(members, said, drawn, quick),
    }


def _wrong(members: set[tuple[str, str]], said: dict[str, Any], drawn: int, quick: bool) -> list[str]:
    """Name what is not as it should be."""
    found = [f"not a member: {group} {name}" for group, name in sorted(MEMBERS - members)]
    found += [] if said["check"]["passed"] else ["the check failed"]
    found += [] if said["supervised"] else ["the check under the supervisor failed"]
    if not quick and said["deploy"]["device"] > LEARNT:
        found.append(f"the device scores {said['deploy']['device']:.3g}: nothing was learnt")
    return found + ([] if drawn > 10_000 else ["the dashboard drew nothing"])


def main() -> None:
    """Print what was built, run and counted; exit status 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="fit and train in small")
    chosen = parser.parse_args()
    found = measure(chosen.quick)
    print(json.dumps(found, indent=2) if chosen.json else "\n".join(f"{k}: {v}" for k, v in found.items()))
    if found["wrong"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
