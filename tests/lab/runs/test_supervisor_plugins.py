"""The safety supervisor, a process of its own, finds the driver of a plug-in file and shuts down with it."""

import pytest
from nado_lab import plugins
from nado_lab.instruments.drivers import driver_class
from nado_lab.lab.runs import StopRequest
from nado_lab.lab.runs.guard import Supervised, SupervisorError, _start
from nado_lab.lab.runs.watched_bench import WatchedBench

DRIVER = """
from pathlib import Path
from nado_lab.plugins import Plugin

class Lamp:
    drives = True
    isShutdown = False

    def __init__(self, address, *, clock, timeout, visa_library, max_watts=1.0):
        self.address, self.most = address, max_watts

    def identify(self): return "ACME,LAMP"
    def clear(self): pass
    def check_errors(self): return []
    def snapshot(self): return {}
    def close(self): pass

    def shutdown(self):
        Path(self.address).write_text(f"off, at most {self.most} W")

NADO_PLUGIN = Plugin(drivers={"lamp": Lamp})
"""


def bench(out):
    role = {"driver": "lamp", "address": str(out), "limits": {"max_watts": 0.5}}
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
    assert out.read_text() == "off, at most 0.5 W"


def test_without_the_driver_it_does_not_start(tmp_path):
    with pytest.raises(SupervisorError, match="nothing was sent"):
        _start(bench(tmp_path / "lamp"), 3.0, 60.0)
