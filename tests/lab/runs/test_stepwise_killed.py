"""kill -9 and SIGSTOP of a program between two steps, over TCP: the field of an ice does not stay on.

Between steps the ice's field waits at -H; nobody computes the next step any more.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest
from nado_lab.instruments import load_setup
from nado_lab.lab.store import Run
from nado_lab.sim_backend import WallClock, open_bench, serve

from tests.lab.runs.test_supervisor import is_safe, wait_until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")

PROGRAM = """
import sys, time
from pathlib import Path
from nado_lab.instruments import open_setup
from nado_lab.instruments.setups.spin_vortex_ice import SpinVortexIceConfig
from nado_lab.lab.runs import run_protocol
from nado_lab.protocols.episodes import Episodes

def body(episodes):
    episodes.begin()
    episodes.step([0.0])
    Path(sys.argv[3]).write_text("waits")
    time.sleep(float(sys.argv[4]))
    episodes.step([0.0])

procedure = Episodes()
procedure.body = body
config = SpinVortexIceConfig.model_validate_json(open(sys.argv[1]).read())
with open_setup(config) as setup:
    run_protocol(procedure, setup, sys.argv[2])
"""


@pytest.fixture
def bench():
    opened = open_bench("asvi", clock=WallClock(), size=4)
    with serve(opened) as server:
        opened.served_at = server.addresses()
        yield opened
    opened.close()


def start(bench, folder, patience_s, computes_s):
    """Start a program that plays one step and then computes for so long."""
    config = load_setup("sim:asvi").with_addresses(bench.served_at, "@py")
    quick = {
        "spectrum": config.spectrum.model_copy(update={"points": 8, "stop_hz": 2.8e9, "dwell_s": 0.01}),
        "modulation": config.modulation.model_copy(update={"time_constant_s": 1e-3}),
        "stepwise": config.stepwise.model_copy(update={"patience_s": patience_s}),
    }
    (folder / "setup.json").write_text(config.model_copy(update=quick).model_dump_json())
    words = [str(folder / name) for name in ("setup.json", "run", "mark")]
    command = [sys.executable, "-c", PROGRAM, *words, str(computes_s)]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    wait_until(lambda: (folder / "mark").exists() or program.poll() is not None, 60)
    assert program.poll() is None, program.stdout.read()
    assert not is_safe(bench)
    return program


def end(program):
    with contextlib.suppress(ProcessLookupError):
        program.kill()
    program.stdout.close()
    program.wait()


@pytest.mark.parametrize(
    ("number", "within_s"), [pytest.param(signal.SIGKILL, 3.0, marks=pytest.mark.slow), (signal.SIGSTOP, 7.0)]
)
def test_the_supervisor_acts_where_the_program_is_gone_between_two_steps(bench, tmp_path, number, within_s):
    program = start(bench, tmp_path, patience_s=600.0, computes_s=5.0)
    try:
        program.send_signal(number)
        wait_until(lambda: is_safe(bench), within_s)
        time.sleep(0.3)
        assert is_safe(bench)
        if number == signal.SIGSTOP:
            program.send_signal(signal.SIGCONT)
            program.wait(timeout=60)
            assert is_safe(bench)
            run = Run.open(tmp_path / "run")
            assert "supervisor" in run.metadata.reason
            assert run.rows("steps") == 1
    finally:
        end(program)


@pytest.mark.slow
def test_a_program_that_computes_for_too_long_finds_the_bench_safe_and_says_so(bench, tmp_path):
    program = start(bench, tmp_path, patience_s=0.5, computes_s=2.0)
    try:
        wait_until(lambda: is_safe(bench), 3.0)
        told, _ = program.communicate(timeout=60)
        assert program.returncode != 0
        assert "no step came for 0.5 s, so the bench went to its safe state" in told
        run = Run.open(tmp_path / "run")
        assert (run.status, run.rows("steps")) == ("failed", 1)
    finally:
        end(program)
