"""On what a benchmark ran: the machine and the versions, so that a number can be judged later."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

PACKAGES = (
    "nado-lab",
    "torch",
    "numpy",
    "numba",
    "zarr",
    "xarray",
    "torchsde",
    "pymeasure",
    "pyvisa",
    "reservoirpy",
)


def machine() -> dict[str, Any]:
    """Describe the machine, and how busy it was just now (a loaded machine gives no fair times)."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory_gib": psutil.virtual_memory().total / 2**30,
        "system": platform.platform(terse=True),
        "load": round(psutil.getloadavg()[0], 2),
        "threads": os.environ.get("OMP_NUM_THREADS", "not set"),
    }


def versions() -> dict[str, str]:
    """Name the versions of what the benchmarks depend on."""
    return {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()
