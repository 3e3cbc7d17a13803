"""The small part of TSP that the simulated 2600 understands, and what it refuses as the instrument does."""

import pytest
from nado_lab.sim_backend.clock import SimulatedClock
from nado_lab.sim_backend.devices import Keithley2600
from nado_lab.sim_backend.devices.source_core import Resistor


def answer(device, line):
    device.write(line.encode())
    return device.take(1000).decode()


@pytest.fixture
def device():
    return Keithley2600(SimulatedClock(), Resistor(1e3))


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("print(smua.source.output)", "0.00000e+00\n"),
        ("print(smua.source.compliance, 1.5)", "false\t1.50000e+00\n"),
        ("print(smua.OUTPUT_ON)", "1.00000e+00\n"),
        ("print(no.such.thing)", "nil\n"),
        ("print(localnode.model)", "2636B\n"),
        ("print(errorqueue.next())", "0.00000e+00\tQueue Is Empty\t0.00000e+00\t1.00000e+00\n"),
        ("*IDN?", "Keithley Instruments Inc., Model 2636B, 4308079, 3.2.2\n"),
        ("smua.source.levelv = 0.15; print(smua.source.levelv)", "1.50000e-01\n"),
    ],
)
def test_what_it_prints(device, line, printed):
    assert answer(device, line) == printed
    assert not device.error_queue


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("smua.source.levelx = 1", -286),
        ("smua.no.such()", -286),
        ("smua.source.levelv = 500", 1102),
        ("table.insert(nothing, 1)", -286),
        ("print(", -285),
        ("x" * 2000, -285),
        ("smua.trigger.initiate()", -221),
        ("printbuffer(1, 2, smua.nvbuffer1.readings)", -286),
    ],
)
def test_what_it_refuses(device, line, code):
    assert answer(device, line) == ""
    assert [each for each, _ in device.error_queue] == [code]
    assert answer(device, "print(errorqueue.next())").startswith(f"{code:.5e}\t")


def test_resetting_one_channel_leaves_the_other_alone(device):
    answer(device, "smua.source.levelv = 0.1; smub.source.levelv = 0.2")
    answer(device, "smub.reset()")
    assert answer(device, "print(smua.source.levelv, smub.source.levelv)") == "1.00000e-01\t0.00000e+00\n"
