"""Installed, the only name is nado_lab: what else is called `instruments` or `lab` is somebody else's."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from nado_lab.lab.store import Run

ROOT = Path(__file__).parents[1]
ROOMS = ("lab", "twin", "network", "instruments", "protocols", "sim_backend")
FOLDERS = (*ROOMS, "tests", "benchmarks", "examples")
OWN = '''"""A protocol that uses a module of the folder `instruments` beside it."""
from instruments.pump import STROKES
from pymeasure.experiment import Procedure


class Strokes(Procedure):
    DATA_COLUMNS = ["Strokes"]

    def execute(self):
        for stroke in range(STROKES):
            self.emit("results", {"Strokes": stroke})
'''


def trees(folders):
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    return [(file.relative_to(ROOT), ast.parse(file.read_text(encoding="utf-8"))) for file in files]


def imported(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []


def is_module(text):
    """Tell whether a text is the dotted name of a module of ours, from its room on."""
    parts = text.partition(":")[0].split(".")
    path = ROOT.joinpath(*parts)
    return (
        parts[0] in ROOMS
        and len(parts) > 1
        and all(parts)
        and (path.with_suffix(".py").is_file() or path.is_dir())
    )


def test_no_import_of_a_bare_name():
    wrong = [
        f"{file}:{node.lineno}: {name}"
        for file, tree in trees(FOLDERS)
        for node in ast.walk(tree)
        for name in imported(node)
        if name.split(".")[0] in ROOMS
    ]
    assert wrong == []


def test_no_text_that_names_a_module_by_its_bare_name():
    wrong = [
        f"{file}:{node.lineno}: {node.value}"
        for file, tree in trees(ROOMS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_module(node.value)
    ]
    assert wrong == []


@pytest.fixture
def nado(tmp_path):
    """Run a command where packages of strangers have the names of our folders."""
    for room in ROOMS:
        (tmp_path / "strangers" / room).mkdir(parents=True)
        (tmp_path / "strangers" / room / "__init__.py").write_text(f"raise ImportError('not our {room}')\n")
    path = os.pathsep.join([str(tmp_path / "strangers"), *filter(None, [os.environ.get("PYTHONPATH")])])

    def run(*words):
        command = [sys.executable, "-m", "nado_lab", *words]
        env = os.environ | {"PYTHONPATH": path}
        done = subprocess.run(command, cwd=tmp_path, env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_a_bench_is_checked_beside_a_stranger_of_the_same_name(nado):
    assert "nanoring" in nado("check", "sim:nanoring", "--json")


def test_a_protocol_uses_its_neighbours(nado, tmp_path):
    beside = tmp_path / "mine"
    (beside / "instruments").mkdir(parents=True)
    (beside / "instruments" / "__init__.py").touch()
    (beside / "instruments" / "pump.py").write_text("STROKES = 3\n")
    (beside / "strokes.py").write_text(OWN)
    nado("measure", "--protocol", "mine/strokes.py:Strokes", "--out", "strokes.zarr")
    assert Run.open(tmp_path / "strokes.zarr").dataset()["Strokes"].values.tolist() == [0, 1, 2]
