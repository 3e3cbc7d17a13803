"""The safety supervisor, a process of its own, finds the driver of a plug-in file and shuts down with it."""

import pytest
from nado_lab import plugins
from nado_lab.instruments.drivers import driver_class
from nado_lab.instruments.setups.config import RoleConfig
from nado_lab.lab.runs import StopRequest
from nado_lab.lab.runs.guard import Supervised, SupervisorError, _start
from nado_lab.lab.runs.watched_bench import WatchedBench
from pydantic import ValidationError

DRIVER = """
from pathlib import Path
from nado_lab.plugins import Plugin

class Lamp:
    drives = True
    isShutdown = False
    visa = False

    def __init__(self, address, *, clock, timeout, visa_library, max_watts=1.0):
        self.address, self.most = address, max_watts

    def identify(self): return "ACME,LAMP"
    def clear(self): pass
    def check_errors(self): return []
    def snapshot(self): return {}
    def close(self): pass

    def set_line(self, settings):
        self.baud_rate = settings["baud_rate"]

    def shutdown(self):
        Path(self.address).write_text(f"off, at most {self.most} W, {self.baud_rate} baud")

NADO_PLUGIN = Plugin(drivers={"lamp": Lamp})
"""


def bench(out):
    role = {
        "driver": "lamp",
        "address": str(out),
        "limits": {"max_watts": 0.5},
        "serial": {"baud_rate": 57600},
    }
    return WatchedBench.model_validate(
        {"visa_library": "@py", "roles": {"lamp": role}, "taken_down": [["lamp"]]}
    )


def test_it_switches_off_with_the_driver_of_a_plug_in_file(tmp_path, monkeypatch):
    monkeypatch.setenv(plugins.FILES, "")
    file, out = tmp_path / "lamp.py", tmp_path / "lamp"
    file.write_text(DRIVER)
    plugins.use_files([file])
    assert driver_class("lamp").__name__ == "Lamp"
    guard = Supervised(_start(bench(out), 3.0, 60.0), StopRequest())
    guard.act()
    guard.end()
    assert out.read_text() == "off, at most 0.5 W, 57600 baud"


def test_the_address_of_a_driver_that_speaks_no_visa_stays_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv(plugins.FILES, "")
    (tmp_path / "lamp.py").write_text(DRIVER)
    with pytest.raises(ValidationError, match="LAB:LAMP1"):
        RoleConfig(driver="lamp", address="LAB:LAMP1")
    plugins.use_files([tmp_path / "lamp.py"])
    assert RoleConfig(driver="lamp", address="LAB:LAMP1").address == "LAB:LAMP1"


def test_without_the_driver_it_does_not_start(tmp_path):
    with pytest.raises(SupervisorError, match="nothing was sent"):
        _start(bench(tmp_path / "lamp"), 3.0, 60.0)
