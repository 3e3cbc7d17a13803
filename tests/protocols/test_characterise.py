"""Random sequences: reproducible, inside the window, repeated as a whole."""

import numpy as np
import pytest
from nado_lab.port import Port
from nado_lab.protocols import Characterise, Drives, ProtocolError, configure

from tests.protocols.fake_device import FakeDevice


def planned(**parameters):
    procedure = Characterise()
    configure(procedure, parameters)
    procedure.bind(FakeDevice())
    return procedure.plan()


def test_every_port_has_a_window_of_its_own_and_drives_of_its_own():
    device = FakeDevice()
    device.ports = (*device.ports, Port("heat", "W", 0.0, 2.0, shown="mW"))
    procedure = Characterise()
    configure(procedure, {"heat_centre": "0.5 W", "heat_range": 100, "sequences": 40})
    procedure.bind(device)
    plan = procedure.plan()
    assert plan.drive.shape == (40, 28, 2)
    assert abs(np.corrcoef(plan.drive.reshape(-1, 2).T)[0, 1]) < 0.1
    heat = plan.inputs[..., 1]
    assert heat.min() == pytest.approx(0.4, abs=1e-3)
    assert heat.max() == pytest.approx(0.6, abs=1e-3)
    assert np.allclose(plan.drive[..., 1], heat - 1.0)


def test_devices_side_by_side_are_driven_apart():
    device = FakeDevice()
    device.devices = ("a", "b", "c")
    procedure = Characterise()
    procedure.bind(device)
    assert procedure.plan().drive.shape == (200, 3, 28, 1)
    assert abs(np.corrcoef(procedure.plan().drive[:, :2, :, 0].transpose(1, 0, 2).reshape(2, -1))[0, 1]) < 0.1


def test_the_window_of_a_port_that_the_setup_has_not_is_refused():
    with pytest.raises(ProtocolError, match=r"there is no parameter 'voltage_range'.*field_range"):
        planned(voltage_range=1)


def test_fields_fill_the_window_that_was_asked_for():
    plan = planned(sequences="50", steps="40", field_centre="28 Oe", field_range="0.5 mT")
    assert plan.inputs.min() == pytest.approx(2.3e-3, abs=2e-5)
    assert plan.inputs.max() == pytest.approx(3.3e-3, abs=2e-5)


def test_drive_stays_on_the_scale_of_the_setup():
    plan = planned(sequences=3, steps=4, field_centre=3.0, field_range=0.2)
    assert np.allclose(plan.drive[..., 0], (plan.inputs[..., 0] - 2.6e-3) / 1e-3)
    assert plan.drive.min() >= 0.2
    assert plan.drive.max() <= 0.6


def test_repeats_are_interleaved_and_exact():
    plan = planned(sequences=3, repeats=2, steps=5)
    assert plan.sequence.tolist() == [0, 1, 2, 0, 1, 2]
    assert plan.repeat.tolist() == [0, 0, 0, 1, 1, 1]
    assert np.array_equal(plan.drive[:3], plan.drive[3:])


def test_seed_decides_the_drives():
    same = [planned(sequences=2, steps=3, seed=seed).drive for seed in (1, 1, 2)]
    assert np.array_equal(same[0], same[1])
    assert not np.array_equal(same[0], same[2])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"sequence": 3}, "there is no parameter 'sequence'; characterise has: .*sequences"),
        ({"sequences": 0}, "sequences=0: expected a whole number from 1 to"),
        ({"steps": "many"}, "steps=many: expected a whole number"),
        ({"field_centre": "3 K"}, "field_centre=3 K: expected a number .* in mT"),
    ],
)
def test_a_wrong_parameter_names_what_is_expected(values, message):
    with pytest.raises(ProtocolError, match=message):
        planned(**values)


def test_drives_count_repeats_and_refuse_wrong_ports():
    procedure = Drives()
    procedure.drive, procedure.sequence = np.zeros((4, 3, 1)), np.array([5, 5, 6, 5])
    procedure.bind(FakeDevice())
    assert procedure.plan().repeat.tolist() == [0, 1, 0, 2]
    procedure.drive = np.zeros((4, 3, 2))
    with pytest.raises(ProtocolError, match="2 port"):
        procedure.plan()
