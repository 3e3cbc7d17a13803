"""The page docs/scripting.md is true: its scripts run."""

import re
from pathlib import Path

from lab.cli import measure
from lab.store import Run, Status
from tests.lab.cli.command_line import call

PAGE = Path(__file__).parents[3] / "docs" / "scripting.md"


def script(mark: str) -> str:
    """Give the first script of the page that holds a mark."""
    scripts = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    return next(text for text in scripts if mark in text)


def test_the_first_script_measures(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(script("run_protocol"), "scripting.md", "exec"), {})  # noqa: S102  (our own page)
    assert len(capsys.readouterr().out.split()) >= 10
    assert Run.open(tmp_path / "first_run").rows() == 5


def test_a_protocol_of_your_own(tmp_path):
    (tmp_path / "my_protocol.py").write_text(script("class Pulse"))
    options = ("--setup", "sim:nanoring", "--out", tmp_path / "run", "-p", "steps=5", "--json")
    done = call(measure, "measure", "--protocol", f"{tmp_path / 'my_protocol.py'}:Pulse", *options)
    assert done.exit_code == 0, done.output
    run = Run.open(tmp_path / "run")
    assert run.status is Status.COMPLETE
    assert run.dataset()["readout"].shape == (1, 5, 10)
