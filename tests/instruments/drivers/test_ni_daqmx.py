"""The NI drivers on the simulated DAQmx, whose interface is that of nidaqmx 1.7.0."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from nado_lab.instruments.drivers import driver_class
from nado_lab.instruments.errors import (
    DeviceReportedError,
    DisconnectedError,
    IdentityError,
    InstrumentTimeout,
    LimitError,
    OverloadError,
    SetupError,
)
from nado_lab.instruments.roles import AnalogueInput, AnalogueOutput, Digitiser, WaveformPair
from nado_lab.sim_backend.acquisition import Recorder
from nado_lab.sim_backend.clock import SimulatedClock
from nado_lab.sim_backend.daqmx import DaqInput, DaqOutput, SimulatedDaqmx
from nado_lab.sim_backend.faults import Fault


class Wire(Recorder):
    """Cables from each output to the input of the same number."""

    def __init__(self, clock):
        super().__init__()
        self.clock, self.time = clock, 0.0

    def trigger_out(self, time_s):
        self.time = time_s
        self.start_waiting(time_s)

    def advance(self):
        now = self.clock.now()
        start, rate, points = self.source.burst()
        first, last = round((self.time - start) * rate), min(points, int((now - start) * rate + 1e-6))
        if points and last > first:
            self.record(self.time, 1 / rate, self.source.volts(first, last))
        held = np.repeat(self.source.idle_volts()[None], 1000, axis=0)
        self.record(max(self.time, start + points / rate), 1e-3, held)
        self.time = now


class Box:
    """Two outputs wired to two inputs."""

    def __init__(self, count=2):
        self.clock = SimulatedClock()
        self.wire = Wire(self.clock)
        self.output, self.input = (
            DaqOutput(self.clock, self.wire, count),
            DaqInput(self.clock, self.wire, count),
        )
        self.wire.source, self.wire.digitisers = self.output, [self.input]
        self.library = SimpleNamespace(daqmx=SimulatedDaqmx(self.clock, [self.output, self.input]))

    def open(self, name, address, **options):
        return driver_class(name)(address, visa_library=self.library, clock=self.clock, **options)


@pytest.fixture
def box():
    return Box()


def play(output, volts, rate=1000.0):
    output.prepare(rate, output.most_volts)
    output.load(np.asarray(volts, float))
    output.trigger()


def test_roles_and_identity(box):
    assert isinstance(box.open("ni_analogue_output", "Dev1/ao0:1"), AnalogueOutput)
    assert isinstance(box.open("ni_analogue_input", "Dev1/ai0:1"), AnalogueInput)
    assert isinstance(box.open("ni_waveform_pair", "Dev1/ao0:1"), WaveformPair)
    assert isinstance(box.open("ni_digitiser", "Dev1/ai0"), Digitiser)
    assert box.open("ni_waveform_pair", "Dev1/ao0:1").identify() == "NI,SIMULATED-6363,0000051D"
    with pytest.raises(IdentityError, match="no such device"):
        box.open("ni_analogue_output", "Dev7/ao0:1").identify()


@pytest.mark.parametrize("count", [1, 3, 8])
def test_the_input_sees_what_the_output_plays_from_its_first_sample_on(count):
    box = Box(count)
    last = f":{count - 1}" if count > 1 else ""
    output = box.open("ni_analogue_output", f"Dev1/ao0{last}")
    reader = box.open("ni_analogue_input", f"Dev1/ai0{last}")
    volts = np.random.default_rng(0).uniform(-2, 2, (40, count))
    reader.prepare(10.0, 1000.0)
    reader.arm(40)
    play(output, volts)
    assert output.busy()
    np.testing.assert_allclose(reader.readings(), volts, atol=2e-4)
    assert not output.busy()
    np.testing.assert_allclose(box.output.idle_volts(), volts[-1])


def test_shutdown_goes_to_zero_from_any_state(box):
    output = box.open("ni_analogue_output", "Dev1/ao0:1")
    play(output, [[0.0, 0.0], [1.0, -2.0]])
    box.clock.sleep(1.0)
    assert box.output.outputs_on()
    for _ in range(2):
        output.shutdown()
    assert not box.output.outputs_on()
    assert output.isShutdown
    play(output, np.full((1000, 2), 3.0))
    box.clock.sleep(0.5)
    output.shutdown()
    assert not box.output.outputs_on()


def test_fade_ramps_from_where_the_burst_is_and_never_jumps(box):
    output, reader = box.open("ni_analogue_output", "Dev1/ao0:1"), box.open("ni_analogue_input", "Dev1/ai0:1")
    play(output, np.full((1000, 2), 3.0))
    box.clock.sleep(0.1)
    reader.prepare(10.0, 2000.0)
    reader.arm(200)
    output.fade(0.1)
    path = reader.readings()[:, 0]
    assert path[0] == pytest.approx(3.0, abs=0.01)
    assert np.max(np.abs(np.diff(path))) < 0.05
    assert path[-1] == pytest.approx(0.0, abs=0.01)
    assert not box.output.outputs_on()
    assert output.snapshot()["rate_hz"] == {"value": 1000.0, "unit": "1/s"}


def test_limits_raise_before_anything_is_sent(box):
    output = box.open("ni_analogue_output", "Dev1/ao0:1", max_volts=2.0)
    with pytest.raises(LimitError):
        output.load(np.full((4, 2), 2.1))
    with pytest.raises(LimitError):
        output.prepare(1000.0, 3.0)
    with pytest.raises(LimitError, match="no waveform"):
        output.trigger()
    with pytest.raises(LimitError):
        box.open("ni_analogue_input", "Dev1/ai0:1").prepare(11.0, 1000.0)
    with pytest.raises(LimitError, match="max_volts"):
        box.open("ni_analogue_output", "Dev1/ao0:1", max_volts=11.0)
    assert not box.output.outputs_on()
    with pytest.raises(LimitError, match="shape"):
        output.load(np.zeros((4, 3)))


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("ni_analogue_output", "Dev1/ai0"),
        ("ni_analogue_output", "ao0"),
        ("ni_analogue_input", "Dev1/ai3:1"),
        ("ni_waveform_pair", "Dev1/ao0"),
        ("ni_digitiser", "Dev1/ai0:1"),
    ],
)
def test_addresses_that_name_other_channels_are_refused(box, name, address):
    with pytest.raises(SetupError, match=address):
        box.open(name, address)


def test_a_rate_that_the_device_cannot_do_is_refused(box):
    output = box.open("ni_analogue_output", "Dev1/ao0:1")
    with pytest.raises(LimitError, match="time base"):
        output.prepare(1.9e6, 5.0)
    with pytest.raises(DeviceReportedError, match="-200332"):
        output.prepare(9e6, 5.0)


def armed(box):
    output, reader = box.open("ni_analogue_output", "Dev1/ao0:1"), box.open("ni_analogue_input", "Dev1/ai0:1")
    reader.prepare(5.0, 1000.0)
    reader.arm(20)
    play(output, np.ones((20, 2)))
    return output, reader


@pytest.mark.parametrize(
    ("fault", "error", "told"),
    [
        ("timeout", InstrumentTimeout, "did the output start"),
        ("truncate", InstrumentTimeout, "expected 20 samples"),
        ("overload", OverloadError, "channel 0, 1 reaches the range 5 V"),
        ("error", DeviceReportedError, "-200621"),
        ("disconnect", DisconnectedError, "cable"),
    ],
)
def test_faults_of_the_input_have_names(box, fault, error, told):
    _, reader = armed(box)
    box.input.gate.set(Fault("input", fault))
    with pytest.raises(error, match=told):
        reader.readings()


def test_an_output_out_of_reach_is_a_named_error_and_safe_once_it_is_back(box):
    output, _ = armed(box)
    box.output.gate.set(Fault("output", "disconnect"))
    with pytest.raises(DisconnectedError):
        output.shutdown()
    assert not output.isShutdown
    box.clock.sleep(2.0)
    output.shutdown()
    assert not box.output.outputs_on()


def test_an_input_that_was_never_triggered_times_out(box):
    reader = box.open("ni_analogue_input", "Dev1/ai0:1", timeout=500)
    reader.prepare(5.0, 1000.0)
    reader.arm(5)
    with pytest.raises(InstrumentTimeout):
        reader.readings()
    assert box.clock.now() == pytest.approx(0.5)
    with pytest.raises(InstrumentTimeout, match="nothing was armed"):
        box.open("ni_analogue_input", "Dev1/ai0:1").readings()


def test_without_nidaqmx_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "nidaqmx", None)
    with pytest.raises(SetupError, match="hardware"):
        driver_class("ni_waveform_pair")("Dev1/ao0:1")
