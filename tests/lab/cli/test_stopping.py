"""After Ctrl-C every command says what is kept, that the bench is safe (if it is known), and how to go on."""

import signal
import subprocess
import sys
import time

import pytest
from nado_lab.lab.cli import app, commands
from nado_lab.lab.cli.stopping import if_begun
from nado_lab.lab.store import Run, StoreError
from nado_lab.observer import StoppedError
from typer.testing import CliRunner

from tests.lab.cli.command_line import behind_every_setup
from tests.protocols.fake_device import FakeDevice

MEASURE = ("measure", "characterise", "--setup", "sim:x", "-p", "sequences=3", "-p", "steps=2", "--out")


def nado(*arguments):
    commands.register(app)
    return CliRunner().invoke(app, [str(each) for each in arguments])


def rows_of(run):
    try:
        return Run.open(run).rows()
    except StoreError:
        return 0


def press(trial):
    if trial == 1:
        raise KeyboardInterrupt


def test_a_measurement_says_all_three(tmp_path, monkeypatch):
    behind_every_setup(monkeypatch, FakeDevice(on_trial=press))
    done = nado(*MEASURE, tmp_path / "run")
    assert done.exit_code == 130
    stopped, kept, bench, how = done.stderr.strip().splitlines()[-4:]
    assert stopped == "nado: stopped"
    assert kept == f"  Kept: {tmp_path / 'run'}, 1 of 3 rows."
    assert bench.startswith("  The bench: field at zero, sources off: confirmed at ")
    assert how == f"  Go on with: nado resume {tmp_path / 'run'}"


def test_a_queue_says_how_to_go_on(tmp_path, monkeypatch):
    behind_every_setup(monkeypatch, FakeDevice(on_trial=press))
    file = tmp_path / "night.toml"
    file.write_text(
        f"[[experiment]]\nprotocol = 'characterise'\nsetup = 'sim:x'\nout = '{(tmp_path / 'a').as_posix()}'\n"
    )
    done = nado("queue", file)
    assert done.exit_code == 130
    assert f"Go on with: nado queue {file}; what is complete is left as it is." in done.stderr


@pytest.mark.parametrize("stopped", [KeyboardInterrupt(), StoppedError("the fit was stopped; --resume")])
@pytest.mark.parametrize(
    ("module", "verb", "words"),
    [
        ("nado_lab.lab.demo.demo", "run_demo", ("demo", "--out", "{}/new")),
        ("nado_lab.lab.workflow.fit", "fit", ("twin", "fit", "{}/run", "--out", "{}/new.twin")),
        ("nado_lab.lab.workflow.deploy", "deploy", ("deploy", "{}/a.net", "-s", "sim:x", "-o", "{}/new")),
        (
            "nado_lab.lab.workflow.calibrate",
            "calibrate",
            ("calibrate", "sim:x", "--out", "{}/new.toml"),
        ),
        ("nado_lab.lab.workflow.validate", "validate", ("validate", "{}/a.twin", "-s", "sim:x")),
    ],
)
def test_commands_that_are_stopped_at_once_say_that_nothing_is_kept(
    tmp_path, monkeypatch, module, verb, words, stopped
):
    def stop(*_given, **_named):
        raise type(stopped)(*stopped.args)

    monkeypatch.setattr(f"{module}.{verb}", stop)
    monkeypatch.setattr("nado_lab.lab.cli.kinds._check", lambda *_, **__: None)
    monkeypatch.setattr("nado_lab.lab.cli.control.is_controller", lambda _: False)
    done = nado(*(word.format(tmp_path) for word in words))
    assert done.exit_code == 130, done.output
    assert done.stderr.startswith(f"nado: {str(stopped) or 'stopped'}\n")
    assert "give the command again" in done.stderr


def test_what_was_begun_is_gone_on_with(tmp_path):
    assert if_begun(tmp_path, "--resume")() == "Go on with: --resume"
    assert if_begun("s3://bucket/run", "--resume")() == "Go on with: --resume"
    assert if_begun(tmp_path / "no", "--resume")() == "Nothing was written; give the command again."


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_a_program_in_mid_run_is_told_by_its_own_lines(tmp_path):
    """The same for real: a process of its own, on the simulated bench, Ctrl-C after its first row."""
    out = tmp_path / "run"
    words = ("measure", "characterise", "--setup", "sim:nanoring", "-p", "sequences=5000", "--out", out)
    child = subprocess.Popen(
        [sys.executable, "-m", "nado_lab", *map(str, words)], stderr=subprocess.PIPE, text=True
    )
    try:
        while child.poll() is None and not (out.exists() and rows_of(out)):
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        told = child.communicate(timeout=30)[1]
    finally:
        child.kill()
    assert child.returncode == 130
    assert "Kept: " in told
    assert "The bench: field at zero, sources off: confirmed at" in told
    assert f"Go on with: nado resume {out}" in told
