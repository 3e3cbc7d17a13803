"""With which software a twin was fitted."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from nado_lab.commit import code_commit

PACKAGES = ("nado-lab", "torch", "numpy")


@cache
def versions() -> dict[str, str]:
    """Name the versions of python and packages, and the commit (`-dirty`: changed) of a checkout."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    commit = code_commit()
    return found | {"commit": commit} if commit else found
