"""QCoDeS, srsinst.sr860 and lakeshore in an environment of their own, against the served benches."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.peer_benches import INSTRUMENTS, Served
from benchmarks.peer_calls import Call

_PACKAGES = ("qcodes", "srsinst.sr860", "lakeshore", "pyvisa-py")
_SCRIPT = Path(__file__).parent / "peers" / "other_drivers.py"
_INSTALL_S, _RUN_S = 1800, 600


def environment() -> Path:
    """Return the Python of the environment in the temporary folder; make it where it is not there."""
    folder = Path(tempfile.gettempdir()) / "nado-lab-peers"
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    ready = folder / "ready"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=_INSTALL_S)
        install = [str(python), "-m", "pip", "install", "-q", *_PACKAGES]
        subprocess.run(install, check=True, timeout=_INSTALL_S, capture_output=True)
        ready.touch()
    return python


def others(served: Served, python: str | None) -> tuple[list[Call], str]:
    """Return the calls of the other packages, and what was left out and why."""
    try:
        chosen = Path(python) if python else environment()
    except (subprocess.SubprocessError, OSError) as error:
        return [], f"QCoDeS, SRS and Lake Shore left out: {', '.join(_PACKAGES)} do not install ({error})"
    before = {name: set(served.refused(name)) for name in INSTRUMENTS}
    command = [str(chosen), str(_SCRIPT), json.dumps(served.addresses())]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_RUN_S, check=False)
    except (subprocess.SubprocessError, OSError) as error:
        return [], f"QCoDeS, SRS and Lake Shore left out: {error}"
    calls, left_out = [], []
    for line in done.stdout.splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if "left_out" in said:
            left_out.append(said["left_out"])
        elif isinstance(said, dict) and "outcome" in said:
            calls.append(Call(**said))
    for name in INSTRUMENTS:
        refused = sorted(set(served.refused(name)) - before[name])
        if refused:
            left_out.append(f"{name} refused {', '.join(refused)}")
    if not calls:
        left_out.append(f"no calls: {done.stderr[-300:]}")
    return calls, "; ".join(left_out)
