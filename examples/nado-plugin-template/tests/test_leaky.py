"""Run with `pytest` after `pip install -e .`; nothing of NADO-Lab's own tests is needed."""

import json

import numpy as np
import pytest
from leaky_lab.driver import LeakyBox
from nado_lab.instruments import LimitError, load_setup
from nado_lab.lab.compose import open_named_bench
from nado_lab.network import load_task
from nado_lab.protocols import load_protocol
from pymeasure.test import expected_protocol


@pytest.fixture
def opened():
    with open_named_bench("sim:leaky") as (setup, bench):
        yield setup, bench


def test_the_messages_are_those_of_the_manual():
    talk = [
        ("VOLT 1.5;:LIGH 0.0002", None),
        ("LEV?", "1.25,-0.5"),
        ("VOLT 0;:LIGH 0;:OUTP 0", None),
        ("OUTP?", "0"),
    ]
    with expected_protocol(LeakyBox, talk) as box:
        box.hold(1.5, 2e-4)
        assert box.levels() == (1.25, -0.5)
        box.shutdown()


def test_limits_are_checked_before_anything_is_sent():
    with expected_protocol(LeakyBox, [], max_volts=2.0) as box, pytest.raises(LimitError, match="voltage"):
        box.hold(2.1, 0.0)


def test_the_check_passes_and_leaves_the_box_off(opened):
    setup, bench = opened
    assert all(each.passed for each in setup.check()), setup.check()
    assert not bench.device("box").get("output")


def test_both_ports_count(opened):
    setup, _ = opened
    drive = -np.ones((3, 20, 2))
    drive[1, :, 0] = 1
    drive[2] = 1
    dark, volts, both = (answer.readout[-1, 0] for answer in setup.measure(drive))
    assert dark == pytest.approx(0.0, abs=0.03)
    assert volts == pytest.approx(0.5 * np.tanh(2.0), abs=0.03)
    assert both == pytest.approx(1.3 * np.tanh(2.0), abs=0.03)


def test_too_much_light_is_refused(opened):
    setup, _ = opened
    with pytest.raises(LimitError, match="light"):
        setup.measure(np.zeros((1, 2, 2)), inputs=np.full((1, 2, 2), 1.5))


def test_a_step_takes_what_the_setup_says(opened):
    setup, bench = opened
    started = bench.clock.now()
    list(setup.measure(np.zeros((2, 10, 2))))
    assert bench.clock.now() - started == pytest.approx(setup.estimate_s(2, 10), rel=0.05)


def test_names_are_known():
    assert load_setup("sim:leaky").kind == "leaky"
    assert load_protocol("leaky_decay").__name__ == "Decay"
    task = load_task("two-input-product", steps=12)
    assert task.train.targets.shape == (120, 12, 1)
    assert float(task.test.targets[..., 5:, :].std()) == pytest.approx(1.0, abs=0.2)
    assert json.loads(json.dumps(load_setup("sim:leaky").model_dump(mode="json")))["ports"][1]["unit"] == "W"
