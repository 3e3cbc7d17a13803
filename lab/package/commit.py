"""The commit that the running code is of, where that can be told; recorded with what is made."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

PATIENCE_S = 5.0


@cache
def code_commit() -> str:
    """Return the commit of the checkout (`-dirty`: changed) or that pip installed from; "" if unknown."""
    here = Path(__file__).resolve()
    if _git(here.parent, "ls-files", "--error-unmatch", here.name):  # not one that only lies around us
        return _git(here.parent, "describe", "--always", "--dirty", "--abbrev=40", "--exclude", "*")
    return _installed_from()


def _git(folder: Path, *words: str) -> str:
    program = shutil.which("git")
    if program is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603  (fixed words, our own folder)
            [program, "-C", str(folder), *words],
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _installed_from() -> str:
    """Return the commit that pip recorded (PEP 610, direct_url.json)."""
    try:
        of_the_package = distribution("nado-lab").read_text
        told = json.loads(of_the_package("direct_url.json") or "{}")
        return str(told.get("vcs_info", {}).get("commit_id", ""))
    except (PackageNotFoundError, ValueError, AttributeError):
        return ""
