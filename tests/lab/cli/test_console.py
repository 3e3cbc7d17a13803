"""Text from outside: shown and not obeyed, on a console of any encoding."""

import os
import subprocess
import sys

from nado_lab.lab.store import RunMetadata, RunWriter
from nado_lab.lab.text_file import no_formula, shown
from nado_lab.protocols import Column


def test_escape_sequences_are_shown_and_formulas_are_text():
    assert shown("a\x1b[2Jb\tc\nd") == "a\\x1b[2Jb\\tc\nd"
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
