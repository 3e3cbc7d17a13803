"""parallel-web/parallel-web-tools 154: help with an arrow in it ended in a traceback on a cp1252 console."""

import os
import subprocess
import sys


def test_help_is_shown_on_a_console_of_any_encoding():
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "nado_lab", "measure", "--help"]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr[-300:]
    assert b"--operator" in done.stdout
