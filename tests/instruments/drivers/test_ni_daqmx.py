"""The NI drivers against a stand-in for nidaqmx that keeps what real tasks keep."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from nado_lab.instruments.drivers import driver_class
from nado_lab.instruments.errors import DeviceReportedError, LimitError, OverloadError, SetupError
from nado_lab.instruments.roles import Digitiser, WaveformPair


class DaqError(Exception):
    pass


class Box:
    """The state of a device: output volts, input volts, tasks that are open."""

    outputs = np.zeros(2)
    signal = np.zeros(0)
    open_tasks = 0
    fail = False


class Task:
    def __init__(self):
        Box.open_tasks += 1
        self.ao_channels = SimpleNamespace(add_ao_voltage_chan=self._note)
        self.ai_channels = SimpleNamespace(add_ai_voltage_chan=self._note)
        self.timing = SimpleNamespace(cfg_samp_clk_timing=self._note)
        self.triggers = SimpleNamespace(start_trigger=SimpleNamespace(cfg_dig_edge_start_trig=self._trigger))
        self.out_stream = SimpleNamespace(total_samp_per_chan_generated=0)
        self.data, self.source = None, None

    def _note(self, *given, **named):
        if Box.fail:
            raise DaqError("-200220: device identifier is invalid")

    def _trigger(self, source):
        self.source = source

    def write(self, data, auto_start):
        self.data = np.asarray(data, float)
        if auto_start:
            Box.outputs = self.data

    def start(self):
        if self.data is not None:
            Box.outputs = self.data[:, -1]

    def is_task_done(self):
        return True

    def read(self, count, timeout):
        return list(Box.signal[:count])

    def close(self):
        Box.open_tasks -= 1

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        self.close()


@pytest.fixture(autouse=True)
def nidaqmx(monkeypatch):
    module = ModuleType("nidaqmx")
    module.Task = Task
    module.errors = ModuleType("nidaqmx.errors")
    module.errors.DaqError = DaqError
    module.constants = ModuleType("nidaqmx.constants")
    module.constants.AcquisitionType = SimpleNamespace(FINITE=10178)
    module.system = ModuleType("nidaqmx.system")
    module.system.Device = lambda name: SimpleNamespace(product_type="USB-6363", serial_num=0x1A2B3C)
    for name in ("", ".errors", ".constants", ".system"):
        part = module if not name else getattr(module, name[1:])
        monkeypatch.setitem(sys.modules, f"nidaqmx{name}", part)
    Box.outputs, Box.signal, Box.open_tasks, Box.fail = np.zeros(2), np.zeros(0), 0, False


def pair(**options):
    return driver_class("ni_waveform_pair")("Dev1/ao0:1", **options)


def digitiser(**options):
    return driver_class("ni_digitiser")("Dev1/ai0", **options)


def test_roles_and_identity():
    assert isinstance(pair(), WaveformPair)
    assert isinstance(digitiser(), Digitiser)
    assert pair().identify() == "NI,USB-6363,001A2B3C"


def test_a_burst_ends_where_its_waveform_ends_and_shutdown_goes_to_zero():
    output = pair(max_volts=5.0)
    output.prepare(1000.0, 5.0)
    output.load(np.array([[0.0, 0.0], [1.0, -2.0]]))
    output.trigger()
    np.testing.assert_array_equal(Box.outputs, [1.0, -2.0])
    assert not output.busy()
    for _ in range(2):
        output.shutdown()
    np.testing.assert_array_equal(Box.outputs, 0.0)
    assert Box.open_tasks == 0


def test_fade_ends_at_zero():
    waited = []
    clock = SimpleNamespace(now=lambda: 0.0, sleep=waited.append)
    output = pair(clock=clock)
    output.prepare(1000.0, 5.0)
    output.load(np.full((4, 2), 3.0))
    output.trigger()
    output.fade(0.1)
    np.testing.assert_array_equal(Box.outputs, 0.0)
    assert sum(waited) >= 0.1
    assert output.snapshot()["rate_hz"] == {"value": 1000.0, "unit": "1/s"}


def test_limits_raise_before_a_task_is_made():
    output = pair(max_volts=2.0)
    with pytest.raises(LimitError):
        output.load(np.full((4, 2), 2.1))
    with pytest.raises(LimitError):
        output.prepare(1000.0, 3.0)
    with pytest.raises(LimitError):
        digitiser().prepare(11.0, 1000.0)
    assert Box.open_tasks == 0


def test_input_waits_for_the_output_of_the_same_device():
    box = digitiser()
    box.prepare(1.0, 2000.0)
    box.arm(3)
    assert box._task.source == "/Dev1/ao/StartTrigger"
    Box.signal = np.array([0.1, 0.2, -0.3])
    np.testing.assert_array_equal(box.readings(), Box.signal)
    box.arm(1)
    Box.signal = np.array([1.0])
    with pytest.raises(OverloadError):
        box.readings()


def test_driver_errors_have_names():
    Box.fail = True
    with pytest.raises(DeviceReportedError, match="-200220"):
        digitiser().arm(3)


def test_without_nidaqmx_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "nidaqmx", None)
    with pytest.raises(SetupError, match="hardware"):
        pair()
