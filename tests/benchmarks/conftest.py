import importlib
import json
import sys

import pytest


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a benchmark's main as the command line does; return what it printed."""

    def call(name, *options):
        monkeypatch.setattr(sys, "argv", [name, "--json", "--quick", *options])
        importlib.import_module(f"benchmarks.{name}").main()
        return json.loads(capsys.readouterr().out)

    return call
