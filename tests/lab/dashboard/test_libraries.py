import ctypes
import sys

import pytest
from nado_lab.lab.dashboard import libraries, missing_packages, require_display, require_qt
from nado_lab.lab.errors import LabError


@pytest.fixture
def without_gl(monkeypatch):
    real = ctypes.CDLL

    def load(name):
        if name == "libGL.so.1":
            raise OSError(f"{name}: cannot open shared object file")
        return real(name)

    monkeypatch.setattr(libraries.ctypes, "CDLL", load)
    monkeypatch.setattr(sys, "platform", "linux")


def test_the_missing_package_is_named(without_gl):
    assert "libgl1" in missing_packages()
    with pytest.raises(LabError, match=r"apt install .*libgl1") as raised:
        require_qt()
    assert "\n" not in str(raised.value)


def test_other_systems_need_nothing(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert missing_packages(with_display=True) == []


def test_the_x11_plugin_needs_more(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(libraries, "_loads", lambda name: name not in libraries.XCB)
    assert missing_packages() == []
    assert "libxcb-cursor0" in missing_packages(with_display=True)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a screen")
@pytest.mark.parametrize(
    ("display", "message"),
    [("", "there is no display here"), (":987", "no X server answers at DISPLAY=:987")],
)
def test_without_a_screen_there_is_one_line_and_no_core_dump(monkeypatch, display, message):
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(LabError, match=f"{message}.*nado gui --tour FOLDER") as raised:
        require_display()
    assert "\n" not in str(raised.value)


def test_a_wayland_socket_is_a_screen(monkeypatch, tmp_path):
    (tmp_path / "wayland-0").touch()
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    require_display()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a screen")
@pytest.mark.parametrize("platform", ["wayland", "no-such-plugin"])
def test_a_platform_by_which_qt_cannot_start_is_one_line(monkeypatch, tmp_path, platform):
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(LabError, match=f"QT_QPA_PLATFORM={platform}: unset it") as raised:
        require_display()
    assert "\n" not in str(raised.value)
