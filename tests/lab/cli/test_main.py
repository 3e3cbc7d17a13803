import json
import subprocess
import sys
import time

import pytest
import typer
import typer.testing
from nado_lab.lab.cli import app, commands, console
from nado_lab.lab.cli.sim import parse_blocks
from nado_lab.lab.errors import LabError


def nado(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nado_lab", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_help_is_quick():
    times = []
    for _ in range(3):
        started = time.perf_counter()
        assert nado("--help").returncode == 0
        times.append(time.perf_counter() - started)
    assert min(times) < 1.0


def test_help_imports_neither_torch_nor_qt():
    code = (
        "import sys, nado_lab.lab.cli.commands as c, typer; c.register(typer.Typer());"
        "print([m for m in ('torch', 'PyQt6', 'numba', 'zarr', 'pyvisa') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "sim:nothing"),
        ("check", "no/such/file.toml"),
        ("sim", "nanoring", "--field-oe", "26y10"),
    ],
)
def test_bad_input_is_one_line_and_a_status(arguments):
    done = nado(*arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("nado: ")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_setups_are_listed_as_json():
    assert "sim:nanoring" in json.loads(nado("setups", "--json").stdout)


def test_blocks_of_rotations():
    assert parse_blocks("26", 30) == [(26.0, 30)]
    assert parse_blocks("24x10, 34.5x3", 30) == [(24.0, 10), (34.5, 3)]
    with pytest.raises(LabError, match="24x10"):
        parse_blocks("24 x", 30)


def leaves(command, path=()):
    """Give (words, command) of every command below a group."""
    if not hasattr(command, "commands"):
        return [(path, command)]
    return [found for name, each in command.commands.items() for found in leaves(each, (*path, name))]


def letters(text):
    """Strip what the layout of a help text adds: spaces, frames, marks of code."""
    return "".join(text.split()).replace("│", "").replace("`", "")


def test_help_shows_brackets_as_they_are(monkeypatch):
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 500)
    commands.register(app)
    runner, lost, seen = typer.testing.CliRunner(), [], 0
    for path, command in leaves(typer.main.get_command(app)):
        texts = [command.help, *(getattr(each, "help", None) for each in command.params)]
        if with_brackets := [text for text in texts if text and "[" in text]:
            seen += len(with_brackets)
            shown = letters(runner.invoke(app, [*path, "--help"]).stdout)
            lost += [(path, text) for text in with_brackets if letters(text) not in shown]
    assert seen
    assert lost == []


def test_a_table_shows_brackets_as_they_are(capsys):
    console.table("[a]", ["[b]"], [["[c] of [/d]"]])
    shown = capsys.readouterr().out
    assert all(text in shown for text in ("[a]", "[b]", "[c] of [/d]"))
