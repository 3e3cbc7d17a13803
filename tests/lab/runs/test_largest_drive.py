"""What a run will drive its device up to is known from its plan, in the units of the ports."""

from types import SimpleNamespace

import numpy as np
import pytest
from nado_lab.lab.runs import Observer, run_protocol
from nado_lab.lab.runs.bench_state import watch_of
from nado_lab.lab.runs.largest_drive import largest_drive
from nado_lab.lab.si_text import si_text
from nado_lab.port import Port
from nado_lab.protocols import Characterise, configure

from tests.protocols.fake_device import FakeDevice

FIELD = Port("field", "T", 1.6e-3, 3.6e-3, "mT")
VOLTAGE = Port("voltage", "V", -2.0, 3.0)


def plan(drive, inputs=None):
    return SimpleNamespace(planned=SimpleNamespace(drive=np.asarray(drive, float), inputs=inputs))


@pytest.mark.parametrize(
    ("drive", "ports", "text"),
    [
        ([[[1.0], [0.2]]], (FIELD,), "up to 3.6 mT"),
        ([[[-1.0], [0.2]]], (VOLTAGE,), "up to 2 V"),
        ([[[1.0, -1.0]]], (FIELD, VOLTAGE), "field up to 3.6 mT, voltage up to 2 V"),
        ([[[0.0]]], (), ""),
    ],
)
def test_it_is_told_port_by_port(drive, ports, text):
    assert largest_drive(plan(drive), SimpleNamespace(ports=ports)) == text


def test_inputs_that_are_played_as_they_are_count():
    inputs = np.full((1, 2, 1), -9e-3)
    assert largest_drive(plan([[[0.0], [0.0]]], inputs), SimpleNamespace(ports=(FIELD,))) == "up to 9 mT"


def test_of_a_procedure_without_a_plan_nothing_is_known():
    assert largest_drive(object(), SimpleNamespace(ports=(FIELD,))) == ""


def test_a_run_shows_what_it_drives_up_to(tmp_path):
    procedure, seen = Characterise(), []
    configure(procedure, {"sequences": 2, "steps": 3})
    device = FakeDevice()
    device.ports = (FIELD,)
    watch_of(device).listen(lambda state: seen.append(state.text()))
    run_protocol(procedure, device, tmp_path / "run", observer=Observer())
    assert any(text.startswith("driving up to ") and " mT since " in text for text in seen)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(3.36e-3, "T", "3.36 mT"), (0.0, "A", "0 A"), (295.0, "K", "295.00 K"), (4.2e4, "Hz", "42 kHz")],
)
def test_numbers_are_written_with_their_prefix(value, unit, text):
    assert si_text(value, unit) == text
