"""Look at this computer as a place to measure and to train: what is here, what is not, what to do."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from nado_lab.lab.json_record import JsonRecord

PACKAGES = ("nado-lab", "numpy", "torch", "zarr", "xarray", "pymeasure", "pyvisa", "pyvisa-py", "PyQt6")
EXTRAS = {
    "h5py": "formats",
    "npTDMS": "formats",
    "qcodes": "formats",
    "nidaqmx": "hardware",
    "pyserial": "hardware",
    "pyusb": "hardware",
    "s3fs": "remote",
    "dask": "scale",
    "tensorboard": "tensorboard",
}
LITTLE_GIB = 5.0
SERIAL_GROUP = "dialout"
"""The group that owns serial ports on Debian, Ubuntu and Fedora (on Arch Linux it is uucp)."""


class Verdict(StrEnum):
    """How a finding stands: `missing` stops something, `look` may, `none` is a thing not here nor needed."""

    OK = "ok"
    LOOK = "look at it"
    MISSING = "missing"
    NONE = "none"


@dataclass(frozen=True)
class Finding(JsonRecord):
    """What was seen of one thing, and what to do about it where something is wrong."""

    what: str
    verdict: Verdict
    seen: str
    todo: str = ""


def examine(folder: Path) -> Iterator[Finding]:
    """Look at everything, one finding after the other; a look that fails is a finding itself."""
    looks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _python,
        _versions,
        _extras,
        _visa,
        _serial,
        _gpu,
        _display,
        lambda: _disk(folder),
        _locks,
    )
    for look in looks:
        try:
            yield from look()
        except Exception as error:  # noqa: BLE001  (drivers of vendors raise whatever they meet)
            name = getattr(look, "__name__", "look").strip("_<>")
            yield Finding(name, Verdict.LOOK, f"{type(error).__name__}: {error}")


def _python() -> Iterator[Finding]:
    seen = f"{platform.python_version()} on {platform.system()} {platform.release()} ({platform.machine()})"
    yield Finding("Python", Verdict.OK, f"{seen}, {os.cpu_count()} cores")


def _versions() -> Iterator[Finding]:
    found = {name: _version(name) for name in PACKAGES}
    missing = [name for name, here in found.items() if not here]
    seen = ", ".join(f"{name} {here}" for name, here in found.items() if here)
    todo = f"pip install {' '.join(missing)}" if missing else ""
    yield Finding("packages", Verdict.MISSING if missing else Verdict.OK, seen, todo)


def _extras() -> Iterator[Finding]:
    here = [f"{name} {found}" for name in EXTRAS if (found := _version(name))]
    lacking = dict.fromkeys(extra for name, extra in EXTRAS.items() if not _version(name))
    todo = f"for these: pip install 'nado-lab[{','.join(lacking)}]'" if lacking else ""
    yield Finding("extras", Verdict.OK if here else Verdict.NONE, ", ".join(here) or "none installed", todo)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _visa() -> Iterator[Finding]:
    from pyvisa.ctwrapper import IVIVisaLibrary

    libraries = IVIVisaLibrary.get_library_paths()
    for library in libraries:
        yield _resources("VISA of a vendor", str(library))
    if not libraries:
        told = 'needed for GPIB and USB of some vendors; pyvisa-py (visa_library = "@py") does LAN and serial'
        yield Finding("VISA of a vendor", Verdict.NONE, "no NI, Keysight or R&S VISA", told)
    yield _in_python()


def _in_python() -> Finding:
    """Tell which buses pyvisa-py can speak over here."""
    from pyvisa_py.highlevel import PyVisaLibrary

    info: object = PyVisaLibrary.get_debug_info()  # a mapping, though typed as more
    buses = info.items() if isinstance(info, Mapping) else ()
    told = {str(bus): str(each) for bus, each in buses if bus != "Version"}
    here = [bus for bus, each in told.items() if "Available" in each]
    lacking = [bus for bus in told if bus not in here]
    todo = f"not over {', '.join(lacking)}: pip install 'nado-lab[hardware]'" if lacking else ""
    return Finding("VISA in Python", Verdict.OK, f"@py speaks over {', '.join(here)}", todo)


def _resources(what: str, library: str) -> Finding:
    """List what a vendor's VISA library sees; LAN instruments are rarely among it."""
    import pyvisa

    try:
        manager = pyvisa.ResourceManager(library)
    except Exception as error:  # noqa: BLE001  (a vendor's library that cannot be loaded)
        return Finding(what, Verdict.LOOK, f"{library}: {error}", "install it again, or take another one")
    try:
        found = manager.list_resources("?*")
    finally:
        manager.close()
    return Finding(what, Verdict.OK, f"{library} sees {', '.join(found) or 'nothing (LAN is rarely listed)'}")


def _serial() -> Iterator[Finding]:
    try:
        from serial.tools import list_ports  # pyright: ignore[reportMissingModuleSource]
    except ImportError:
        todo = "for serial instruments: pip install 'nado-lab[hardware]'"
        yield Finding("serial ports", Verdict.NONE, "pyserial is not installed", todo)
        return
    ports = sorted(port.device for port in list_ports.comports())
    yield Finding("serial ports", Verdict.OK if ports else Verdict.NONE, ", ".join(ports) or "none")
    closed = [port for port in ports if not os.access(port, os.R_OK | os.W_OK)] if os.name == "posix" else []
    if closed:
        todo = f"sudo usermod -aG {SERIAL_GROUP} $USER, then log in again"
        yield Finding("permissions", Verdict.MISSING, f"no access to {', '.join(closed)}", todo)


def _gpu() -> Iterator[Finding]:
    import torch

    if torch.cuda.is_available():
        names = ", ".join(torch.cuda.get_device_name(each) for each in range(torch.cuda.device_count()))
        yield Finding("GPU", Verdict.OK, f"{names}, CUDA {torch.version.cuda}")
    elif torch.backends.mps.is_available():
        yield Finding("GPU", Verdict.OK, "Apple's (mps)")
    else:
        built = "torch is built without CUDA" if torch.version.cuda is None else "torch finds no GPU"
        yield Finding(
            "GPU", Verdict.NONE, built, "twins and networks of this size train on the processor, too"
        )


def _display() -> Iterator[Finding]:
    if not sys.platform.startswith("linux") or os.environ.get("WAYLAND_DISPLAY"):
        yield Finding("display", Verdict.OK, "there is one" if os.name == "nt" else platform.system())
    elif display := os.environ.get("DISPLAY", ""):
        yield Finding("display", Verdict.OK, f"DISPLAY={display}")
    else:
        todo = "`nado gui` needs one (ssh -X); `nado watch` shows a folder of runs in a browser"
        yield Finding("display", Verdict.NONE, "no DISPLAY, no WAYLAND_DISPLAY", todo)


def _disk(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free / 2**30
    verdict = Verdict.OK if free >= LITTLE_GIB else Verdict.LOOK
    todo = "" if verdict is Verdict.OK else "make room before a long measurement"
    yield Finding("disk", verdict, f"{free:.1f} GiB free in {folder.absolute()}", todo)
    with tempfile.TemporaryFile(dir=folder):
        pass


def _locks() -> Iterator[Finding]:
    """See whether locks can be made: they keep two programs from one bench."""
    with tempfile.TemporaryDirectory() as folder:
        from filelock import FileLock

        with FileLock(Path(folder) / "lock", timeout=1):
            yield Finding("locks", Verdict.OK, f"made in {tempfile.gettempdir()}")
