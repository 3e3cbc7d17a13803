"""`nado sim`: samples by themselves."""

import json

import pytest
from nado_lab.lab.cli import sim

from tests.lab.cli.command_line import call


def test_a_delay_loop_is_surveyed_at_some_gains():
    done = call(sim, "sim", "delay-oscillator", "--gain=-0.8,-1.2", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["first_bifurcation"] == pytest.approx(-1.029, abs=1e-3)
    assert [row["gain"] for row in found["gains"]] == [-0.8, -1.2]
    assert found["gains"][1]["memory_delays"] is None
    shown = call(sim, "sim", "delay-oscillator").stdout
    assert "first bifurcation at a gain of -1.0288" in shown
    assert "-0.8" in shown


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("--gain", "much"), "--gain takes numbers"),
        (("--model", "slow"), "audio and fast"),
        (("--model", "fast", "--nodes", "2"), "one node"),
    ],
)
def test_what_is_no_loop_is_told(given, told):
    done = call(sim, "sim", "delay-oscillator", *given)
    assert done.exit_code != 0
    assert told in str(done.exception)


def test_memristors_loops_open_and_close_with_the_period():
    done = call(sim, "sim", "memristor", "--period-s=1e-2,1e-6", "--json")
    slow, fast = json.loads(done.stdout)
    assert slow["open_share"] > 0.1 > 0.001 > fast["open_share"]
    assert "peak current" in call(sim, "sim", "memristor").stdout


@pytest.mark.parametrize(
    ("given", "told"),
    [("--model=x", "wox, nbox, tiox"), ("--period-s=a", "--period-s"), ("--period-s=0", "above 0")],
)
def test_what_no_memristor_can_do_is_a_line(given, told):
    done = call(sim, "sim", "memristor", given)
    assert done.exit_code != 0
    assert told in str(done.exception)
