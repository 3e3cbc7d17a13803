"""Text from outside: shown and not obeyed, on a console of any encoding."""

import logging
import os
import subprocess
import sys
from pathlib import Path

from nado_lab.lab import cli
from nado_lab.lab.cli import console
from nado_lab.lab.store import RunMetadata, RunWriter
from nado_lab.lab.text_file import no_formula, shown
from nado_lab.protocols import Column


def test_escape_sequences_are_shown_and_formulas_are_text():
    assert shown("a\x1b[2Jb\tc\nd") == "a\\x1b[2Jb\\tc\nd"
    assert shown("3\u00a0\u00b5T \u202e \udcff") == "3\u00a0\u00b5T \\u202e \\udcff"
    assert [no_formula(text) for text in ("=1", "@x", "x", "")] == ["'=1", "'@x", "x", ""]


def test_a_console_without_the_letters_still_shows_a_run(tmp_path):
    metadata = RunMetadata(sample="\u2126 \x1b[31m \U0001f9f2", operator="J\u00f6rg")
    RunWriter.create(tmp_path / "run", metadata, {"primary": (Column("u"),)}).finalise("complete")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "nado_lab", "runs", "show", str(tmp_path / "run")],
        env=environment,
        capture_output=True,
        check=True,
    )
    assert b"\x1b[31m" not in done.stdout
    assert b"2126" in done.stdout


def test_every_command_prints_by_the_one_function_that_shows_control_characters():
    folder = Path(cli.__file__).parent
    assert [path.name for path in folder.glob("*.py") if "typer.echo(" in path.read_text("utf-8")] == [
        "console.py"
    ]


def test_warnings_of_the_program_are_shown_too(capsys, monkeypatch):
    handler = logging._StderrHandler(logging.WARNING)
    monkeypatch.setattr(logging, "lastResort", handler)
    console.take_any_text()
    handler.handle(logging.makeLogRecord({"msg": "left out: \x1b[2J", "levelno": logging.WARNING}))
    assert capsys.readouterr().err == "left out: \\x1b[2J\n"
