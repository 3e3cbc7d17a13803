"""What would break on Windows is noticed anywhere: calls it does not have, names and text it cannot read."""

import ast
import os
import re
from pathlib import Path, PureWindowsPath

import pytest
from nado_lab.lab.store import RunMetadata, StoreError
from nado_lab.lab.store.ownership import Ownership
from nado_lab.lab.sweeps.points import key_of

ROOT = Path(__file__).parents[1]
ROOMS = ("lab", "twin", "network", "instruments", "protocols", "sim_backend")
SOURCES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
MODULES = {"fcntl", "grp", "pty", "pwd", "resource", "termios", "readline"}
CALLS = {"os.fork", "os.getuid", "os.geteuid", "os.killpg", "os.setsid", "os.mkfifo", "os.sync", "os.getpgid"}
SIGNALS = {"SIGKILL", "SIGALRM", "SIGHUP", "SIGSTOP", "SIGUSR1", "SIGUSR2", "SIGQUIT"}
RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
TEXT = {"read_text", "write_text"}


def trees():
    return [(file.relative_to(ROOT), ast.parse(file.read_text(encoding="utf-8"))) for file in SOURCES]


def imported(node):
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    return {(node.module or "").split(".")[0]} if isinstance(node, ast.ImportFrom) else set()


def test_no_call_that_windows_does_not_have():
    found = []
    for file, tree in trees():
        for node in ast.walk(tree):
            found += [f"{file}: {name}" for name in imported(node) & MODULES]
            if isinstance(node, ast.Attribute):
                words = ast.unparse(node)
                found += [f"{file}:{node.lineno}: {words}"] * (words in CALLS or node.attr in SIGNALS)
    assert found == []


def test_processes_are_started_anew_never_forked():
    forks = [str(file) for file, tree in trees() if '"fork"' in ast.unparse(tree).replace("'", '"')]
    assert forks == []


def test_text_files_state_their_encoding():
    def silent(node):
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in TEXT
            and not any(word.arg == "encoding" for word in node.keywords)
        )

    found = [f"{file}:{node.lineno}" for file, tree in trees() for node in ast.walk(tree) if silent(node)]
    assert found == []


def test_files_of_the_tree_can_lie_on_a_windows_disk():
    folders = [ROOT / name for name in (*ROOMS, "tests", "docs", "benchmarks", "examples")]
    paths = [
        path.relative_to(ROOT)
        for top in folders
        for path in top.rglob("*")
        if "__pycache__" not in path.parts
    ]
    lower = [str(path).lower() for path in paths]
    assert len(set(lower)) == len(lower), "two files differ by upper and lower case only"
    assert [p for p in paths if RESERVED.match(p.name) or set(p.name) & set('<>:"|?*\\')] == []


def test_names_that_we_make_are_names_on_windows():
    for name in (RunMetadata().run_id, f"{key_of({'a': [1, 2]})}.twin", f".draft-0-{key_of(1)}.zarr"):
        assert PureWindowsPath(name).name == name
        assert not RESERVED.match(name)
        assert not set(name) & set('<>:"|?*')


def test_an_owner_is_named_without_signals(tmp_path, monkeypatch):
    """Windows has no signal 0, and os.kill ends a process there: whether one lives is asked of psutil."""

    def forbidden(*_):
        raise AssertionError("os.kill was called")

    monkeypatch.setattr(os, "kill", forbidden)
    owner = Ownership("run", str(tmp_path / "a")).take()
    try:
        with pytest.raises(StoreError, match=f"in use by process {os.getpid()}"):
            Ownership("run", str(tmp_path / "a")).take()
    finally:
        owner.release()
    Ownership("run", str(tmp_path / "a")).take().release()
