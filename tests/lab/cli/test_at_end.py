"""Commands call whom --notify and the settings name, however they end, and end as they would without."""

import json
import sys

import pytest
from nado_lab.lab.cli import app, commands
from nado_lab.lab.errors import LabError
from nado_lab.observer import StoppedError
from typer.testing import CliRunner

from tests.lab.cli.command_line import behind_every_setup
from tests.protocols.fake_device import FakeDevice

MEASURE = ("measure", "characterise", "--setup", "sim:x", "-p", "sequences=3", "-p", "steps=2", "--out")


def nado(*arguments):
    commands.register(app)
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def told(tmp_path):
    """Give the words of a command that keeps each notice, and what was kept."""
    file, code = tmp_path / "told.jsonl", tmp_path / "keep.py"
    code.write_text(f"import sys; open({str(file)!r}, 'a').write(sys.stdin.read() + '\\n')")

    def kept():
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    return f'"{sys.executable}" "{code}"', kept


def break_at_1(error):
    def on_trial(trial):
        if trial == 1:
            raise error

    return on_trial


def test_a_run_that_is_complete(tmp_path, monkeypatch, told):
    command, kept = told
    behind_every_setup(monkeypatch, FakeDevice())
    done = nado("--notify", command, *MEASURE, tmp_path / "run")
    assert done.exit_code == 0
    ((notice),) = kept()
    assert (notice["what"], notice["outcome"], notice["reason"]) == ("run", "done", "")
    assert notice["path"] == str(tmp_path / "run")
    assert "field at zero" in notice["bench"]


@pytest.mark.parametrize(
    ("error", "status", "outcome", "reason"),
    [
        (LabError("the lead fell off"), 1, "failed", "the lead fell off"),
        (ValueError("nobody expected this"), 1, "failed", "nobody expected this"),
        (KeyboardInterrupt(), 130, "stopped", "1 of 3 rows"),
    ],
)
def test_a_run_that_ends_early(tmp_path, monkeypatch, told, error, status, outcome, reason):
    command, kept = told
    behind_every_setup(monkeypatch, FakeDevice(on_trial=break_at_1(error)))
    done = nado(*MEASURE, tmp_path / "run", "--notify", command)
    assert done.exit_code == status
    (notice,) = kept()
    assert notice["outcome"] == outcome
    assert reason in notice["reason"]


def test_a_queue_that_is_held(tmp_path, monkeypatch, told):
    command, kept = told
    behind_every_setup(monkeypatch, FakeDevice(on_trial=break_at_1(LabError("interlock"))))
    entry = "[[experiment]]\nprotocol = 'characterise'\nsetup = 'sim:x'\nout = '{}'\n"
    file = tmp_path / "night.toml"
    file.write_text("".join(entry.format((tmp_path / name).as_posix()) for name in "ab"))
    done = nado("queue", file, "--notify", command)
    assert done.exit_code == 1
    (notice,) = kept()
    assert (notice["what"], notice["outcome"]) == ("queue", "failed")
    assert notice["reason"].startswith("2 of 2 are not complete")
    assert "interlock" in notice["reason"]


@pytest.mark.parametrize(
    ("module", "verb", "what", "words"),
    [
        ("nado_lab.lab.workflow.fit", "fit", "fit", ("twin", "fit", "{}/run", "--out", "{}/new.twin")),
        (
            "nado_lab.lab.workflow.deploy",
            "deploy",
            "deploy",
            ("deploy", "{}/a.net", "-s", "sim:x", "-o", "{}/new"),
        ),
        (
            "nado_lab.lab.workflow.train",
            "train",
            "training",
            ("network", "train", "narma", "--twin", "{}/a.twin", "--out", "{}/a.net"),
        ),
        ("nado_lab.lab.loop.closed_loop", "run_loop", "loop", ("loop", "{}/c.toml", "--out", "{}/new")),
        ("nado_lab.lab.sweeps", "run_sweep", "sweep", ("sweep", "{}/c.toml", "--out", "{}/new")),
    ],
)
def test_every_long_work_calls(tmp_path, monkeypatch, told, module, verb, what, words):
    command, kept = told

    def stop(*_given, **_named):
        raise StoppedError("stopped as asked")

    monkeypatch.setattr(f"{module}.{verb}", stop)
    monkeypatch.setattr("nado_lab.lab.workflow.deploy.sources_for", lambda *_: ())
    monkeypatch.setattr("nado_lab.lab.loop.config.load_config", lambda _: None)
    monkeypatch.setattr("nado_lab.lab.sweeps.load_sweep", lambda _: None)
    monkeypatch.setattr("nado_lab.lab.cli.control.is_controller", lambda _: False)
    for name in ("run", "a.net", "a.twin"):
        (tmp_path / name).mkdir()
    done = nado(*(word.format(tmp_path) for word in words), "--notify", command)
    assert done.exit_code == 130, done.output
    (notice,) = kept()
    assert (notice["what"], notice["outcome"]) == (what, "stopped")
    assert notice["reason"].startswith("stopped as asked")


def test_settings_name_others_and_their_faults_stop_nobody(tmp_path, monkeypatch, told):
    command, kept = told
    settings = tmp_path / "settings.toml"
    monkeypatch.setenv("NADO_SETTINGS", str(settings))
    settings.write_text(f"[notify]\nend = ['{command}', 'no-such-program-here']\n")
    behind_every_setup(monkeypatch, FakeDevice())
    done = nado(*MEASURE, tmp_path / "run")
    assert done.exit_code == 0
    assert len(kept()) == 1
    assert "nobody was told by no-such-program-here: it cannot be started" in done.stderr
    settings.write_text("[notify\n")
    done = nado(*MEASURE, tmp_path / "second")
    assert done.exit_code == 0
    assert "nobody of the settings will be told" in done.stderr


def test_who_can_be_nobody_is_refused_before_anything_begins(tmp_path, monkeypatch):
    behind_every_setup(monkeypatch, FakeDevice())
    done = nado(*MEASURE, tmp_path / "run", "--notify", "ftp://x")
    assert isinstance(done.exception, LabError)
    assert not (tmp_path / "run").exists()


def test_a_command_without_work_says_that_there_is_nothing_to_tell(tmp_path, told):
    command, kept = told
    assert "something to tell" in nado("runs", "list", tmp_path, "--notify", command).stderr
    assert kept() == []


def test_torchrun_calls_once(tmp_path, monkeypatch, told):
    command, kept = told
    monkeypatch.setenv("RANK", "1")
    behind_every_setup(monkeypatch, FakeDevice())
    nado(*MEASURE, tmp_path / "run", "--notify", command)
    assert kept() == []
