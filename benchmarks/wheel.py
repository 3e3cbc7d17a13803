"""Build wheel and source archive, install the wheel into a fresh environment, use it away from the source.

`--quick` builds the wheel and looks into it (nothing is downloaded but what the build needs); without it the
wheel is built from the source archive, installed with its dependencies, and `nado demo` runs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PACKAGE = "nado_lab"
ROOMS = ("lab", "twin", "network", "instruments", "protocols", "sim_backend")
FILES = (
    "py.typed",
    "observer.py",
    *(f"{room}/__init__.py" for room in ROOMS),
    "instruments/setups/nanoring/presets/nanoring.toml",
    "instruments/setups/spin_vortex_ice/presets/asvi.toml",
    "lab/reports/templates/page.html.j2",
)
TRIED = (
    ("--help",),
    ("setups", "--json"),
    ("sim", "nanoring", "--size", "5", "--rotations", "2", "--json"),
)


def build(out: Path, quick: bool) -> list[Path]:
    """Build into `out` the wheel of the tree, or a source archive and the wheel of that; return the files."""
    words = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(out), str(ROOT)]
    if not quick:
        tools = environment(out.with_name("tools"), "build")
        words = [str(tools / "python"), "-m", "build", "--outdir", str(out), str(ROOT)]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return sorted(out.iterdir())


def installed(path: Path) -> str:
    """Return the name of a module in the package (lab/package holds the files of the package itself)."""
    inside = path.relative_to(ROOT)
    return path.name if inside.parts[:2] == ("lab", "package") else inside.as_posix()


def wanted() -> set[str]:
    """Return the names of the files that a wheel of this tree must hold."""
    modules = {installed(path) for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    return {f"{PACKAGE}/{name}" for name in (*modules, *FILES)}


def missing(wheel: Path) -> list[str]:
    """Return what the wheel ought to hold and does not, and what it ought not to hold and does."""
    names = zipfile.ZipFile(wheel).namelist()
    absent = [f"absent: {name}" for name in sorted(wanted() - set(names))]
    return absent + [f"too much: {name}" for name in sorted(names) if not _belongs(name)]


def _belongs(name: str) -> bool:
    """Tell whether a file may be in the wheel: a module of this tree, or data beside the modules."""
    top = name.split("/")[0]
    return top.endswith(".dist-info") or (top == PACKAGE and (name in wanted() or not name.endswith(".py")))


def environment(folder: Path, *packages: str) -> Path:
    """Install packages into a new environment in `folder`; return its scripts' folder."""
    venv.create(folder, with_pip=True)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([str(scripts / "python"), "-m", "pip", "install", "-q", *packages], check=True)
    return scripts


def use(scripts: Path, away: Path) -> dict[str, Any]:
    """Run commands of the installed program in a folder away from the source; return what came."""
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}

    def run(*words: str) -> str:
        return subprocess.run(words, cwd=away, env=clean, check=True, capture_output=True, text=True).stdout

    for words in TRIED:
        run(str(scripts / "nado"), *words)
    place = run(str(scripts / "python"), "-c", "import nado_lab; print(nado_lab.__file__)").strip()
    started = time.perf_counter()
    run(str(scripts / "python"), "-m", "nado_lab", "demo", "--out", "demo")
    report = json.loads((away / "demo" / "report.json").read_text(encoding="utf-8"))
    met = all(target["met"] for target in report["targets"])
    return {"installed_at": place, "demo_s": time.perf_counter() - started, "demo_targets_met": met}


def measure(quick: bool) -> dict[str, Any]:
    """Build, look, and (unless `quick`) install and run; return figures."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, started = Path(scratch), time.perf_counter()
        (folder / "dist").mkdir()
        files = build(folder / "dist", quick)
        wheel = next(file for file in files if file.suffix == ".whl")
        found: dict[str, Any] = {
            "files": {file.name: file.stat().st_size for file in files},
            "build_s": time.perf_counter() - started,
            "wrong": missing(wheel),
        }
        if quick:
            return found
        started = time.perf_counter()
        scripts = environment(folder / "env", str(wheel))
        found["install_s"] = time.perf_counter() - started
        (folder / "away").mkdir()
        return found | use(scripts, folder / "away")


def main() -> None:
    """Print what was built and what ran."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="build the wheel and look into it")
    chosen = parser.parse_args()
    found = measure(chosen.quick)
    print(json.dumps(found, indent=2) if chosen.json else "\n".join(f"{k}: {v}" for k, v in found.items()))
    if found["wrong"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
