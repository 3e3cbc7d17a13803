"""Whether Qt can be loaded here, and what to install where it cannot."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

from nado_lab.lab.errors import LabError

UNSEEN = ("offscreen", "minimal")
"""Platform plugins of Qt that need no screen."""

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


def require_display() -> None:
    """Raise an error that says what to do where Qt would find no screen, and abort the program."""
    if not sys.platform.startswith("linux"):
        return
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    if chosen and not _opens(chosen):
        raise LabError(
            f"Qt cannot show a window by QT_QPA_PLATFORM={chosen}: unset it, or write pictures instead: "
            "nado gui --tour FOLDER"
        )
    if chosen or _wayland_answers():
        return
    display = os.environ.get("DISPLAY", "")
    if display and _x11_answers():
        return
    what = f"no X server answers at DISPLAY={display}" if display else "there is no display here"
    raise LabError(
        f"{what}: the dashboard needs a screen. Over ssh connect with `ssh -X`; pictures need none: "
        "nado gui --tour FOLDER"
    )


def _opens(platform: str) -> bool:
    """Try, in a process of its own, whether Qt can start by a platform plugin: where it cannot, it aborts."""
    if platform in UNSEEN:
        return True
    code = "from PyQt6.QtWidgets import QApplication; QApplication([])"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0  # noqa: S603


def _wayland_answers() -> bool:
    """Say whether a Wayland compositor listens (its socket, as libwayland looks for it)."""
    name, folder = os.environ.get("WAYLAND_DISPLAY", ""), os.environ.get("XDG_RUNTIME_DIR", "")
    return bool(name) and Path(folder, name).exists()


def _x11_answers() -> bool:
    """Say whether the X server of DISPLAY lets us in, by the library that Qt uses (xcb_connect(3))."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # nothing to ask with: Qt is to say what it misses
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not refused


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
