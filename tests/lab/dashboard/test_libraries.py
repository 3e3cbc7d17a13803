import ctypes
import sys

import pytest
from nado_lab.lab.dashboard import libraries, missing_packages, require_qt
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
