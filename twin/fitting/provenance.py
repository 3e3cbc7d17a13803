"""With which software a twin was fitted."""

from __future__ import annotations

import platform
import shutil
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("nado-lab", "torch", "numpy")
PATIENCE_S = 5.0


@cache
def versions() -> dict[str, str]:
    """Name the versions of python and packages, and the commit (`-dirty`: changed) of a checkout."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    commit = _commit()
    return found | {"commit": commit} if commit else found


def _commit() -> str:
    """Return the commit of the checkout that holds this file; empty where it is installed elsewhere."""
    here = Path(__file__).resolve()
    if not _git(here.parent, "ls-files", "--error-unmatch", here.name):
        return ""
    return _git(here.parent, "describe", "--always", "--dirty", "--abbrev=40", "--exclude", "*")


def _git(folder: Path, *words: str) -> str:
    program = shutil.which("git")
    if program is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603  (fixed words, our own folder)
            [program, "-C", str(folder), *words],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
