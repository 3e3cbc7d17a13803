"""The files in examples/ work: scripts run in small, TOML files are accepted."""

import re
import runpy
import sys

import pytest
from nado_lab.instruments import load_setup
from nado_lab.lab.loop.config import load_config
from nado_lab.lab.sweeps import load_sweep
from nado_lab.lab.sweeps.points import grid_points
from nado_lab.lab.workflow.queue import read_queue

from tests.docs.pages import DOCS

EXAMPLES = DOCS.parent / "examples"


@pytest.fixture
def script(tmp_path, monkeypatch, capsys):
    """Give a function that runs a script in a folder of its own and returns what it printed."""
    monkeypatch.chdir(tmp_path)

    def run(name, *arguments):
        monkeypatch.setattr(sys, "argv", [name, *arguments])
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
        return capsys.readouterr().out

    return run


@pytest.mark.timeout(900)
def test_the_three_experiments(script):
    said = script("noise_of_a_device.py", "--sequences", "2", "--repeats", "5", "--steps", "6")
    noise = {line.split()[0]: float(line.split()[2]) for line in said.splitlines() if re.match(r"h\d", line)}
    assert len(noise) == 10
    assert min(noise.values()) > 0
    steps = ("--steps", "6", "--mean-steps", "8", "--score-steps", "3")
    said = script("one_device.py", "--sequences", "20", "--repeats", "6", *steps)
    assert "times the noise floor" in said
    small = ("--nodes", "2", "--epochs", "1", "--train", "100", "--test", "20")
    rows = [line.split() for line in script("small_array.py", *small).splitlines()[1:]]
    assert [row[0] for row in rows] == ["noise-aware", "deterministic", "reservoir"]
    assert all(0 <= float(score) <= 1 for row in rows for score in row[1:])


def test_a_night_a_sweep_and_a_loop_are_accepted():
    assert len(read_queue(EXAMPLES / "night.toml")) == 3
    assert len(grid_points(load_sweep(EXAMPLES / "sweep.toml"))) == 12
    assert len(load_config(EXAMPLES / "two-layer-loop.toml").layers) == 2


def test_the_bench_is_a_real_one():
    bench = load_setup(str(EXAMPLES / "nanoring-bench.toml"))
    assert bench.visa_library == "@py"
    assert {role.driver for role in bench.roles.values()} >= {"keysight33500", "kepco_bop", "keithley6221"}


def test_every_example_is_listed():
    listed = set(re.findall(r"\]\(([\w.-]+)\)", (EXAMPLES / "README.md").read_text(encoding="utf-8")))
    assert listed == {file.name for file in EXAMPLES.iterdir() if file.is_file() and file.name != "README.md"}
