"""Whether Qt can be loaded here, and what to install where it cannot."""

import ctypes
import sys

from nado_lab.lab.errors import LabError

# shared library that Qt 6 needs -> Debian and Ubuntu package that holds it
LINUX = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
XCB = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def missing_packages(with_display: bool = False) -> list[str]:
    """Name the system packages that Qt lacks here; with a display also those of its X11 plugin."""
    if not sys.platform.startswith("linux"):
        return []
    needed = LINUX | XCB if with_display else LINUX
    return [package for library, package in needed.items() if not _loads(library)]


def require_qt(with_display: bool = False) -> None:
    """Raise an error that says what is missing, if Qt cannot work here."""
    missing = missing_packages(with_display)
    if missing:
        raise LabError(
            f"the dashboard needs system libraries that are not here: apt install {' '.join(missing)}"
        )
    try:
        import PyQt6.QtWidgets  # noqa: F401
    except ImportError as error:
        raise LabError(f"the dashboard needs PyQt6, which cannot be loaded: {error}") from error


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
