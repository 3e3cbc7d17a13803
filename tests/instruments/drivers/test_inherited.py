"""What the last user of an instrument left in it changes nothing: each setting that matters is set anew."""

import numpy as np
import pytest
from nado_lab import sim_backend
from nado_lab.instruments import load_setup
from nado_lab.instruments.drivers import driver_class
from nado_lab.sim_backend.benches.spin_vortex_ice.bench import ANALYSER


@pytest.fixture
def opened(request):
    kind, role, options = request.param
    bench = sim_backend.open_bench(kind, specimen=1, size=2, **options)
    config = load_setup(f"sim:{kind}").roles.get(role)
    name = "sr830" if options else config.driver if config else "keysight_e5071c"
    address = bench.roles[role][0] if role != "analyser" else ANALYSER
    driver = driver_class(name)(address, visa_library=bench.visa_library, clock=bench.clock)
    yield driver, bench.device(role)
    driver.close()
    bench.close()


def left(device, *commands):
    """Let somebody leave the instrument in a state."""
    for command in commands:
        device.write(command.encode())
    assert not device.error_queue, device.error_queue
    assert not device.event_status


GENERATOR = ("nanoring", "generator", {})
LEFT_IN_A_GENERATOR = [
    "OUTP1:POL INV",
    "SOUR1:VOLT:UNIT VRMS",
    "SOUR1:BURS:PHAS 90",
    "OUTP1:LOAD 75",
    "SOUR1:VOLT:LIM:HIGH 0.2;LOW -0.2;STAT ON",
    "TRIG1:DEL 2",
    "SOUR1:AM:STAT ON",
    "SOUR1:TRAC ON",
    "SOUR1:COMB:FEED ON",
    "SOUR1:BURS:NCYC 5",
]


@pytest.mark.parametrize("opened", [GENERATOR], indirect=True)
@pytest.mark.parametrize("command", LEFT_IN_A_GENERATOR)
def test_a_generator_puts_out_what_is_asked_for_whatever_was_left_in_it(opened, command):
    driver, device = opened
    left(device, command)
    volts = np.zeros((16, 2))
    volts[1:6], volts[6:9] = 3.0, -1.5
    driver.prepare(2368.0, 5.0)
    driver.load(volts)
    driver.trigger()
    np.testing.assert_allclose(device.volts(0, 16), volts, atol=1e-4)
    for switched in ("AM_on", "track", "combine"):
        assert not device.get(switched, 1)
    driver.shutdown()


@pytest.mark.parametrize("opened", [GENERATOR], indirect=True)
def test_a_rotation_is_not_turned_by_a_polarity_that_was_left(opened):
    driver, device = opened
    left(device, "OUTP1:POL INV", "SOUR2:VOLT:OFFS 1", "SOUR1:VOLT:UNIT VRMS")
    driver.rotate(37.0, (1.0, 1.0))
    times = device.phase_zero_s + np.array([0.0, 0.25 / 37.0])
    np.testing.assert_allclose(device.continuous_volts(times), [[1.0, 0.0], [0.0, 1.0]], atol=1e-6)
    driver.shutdown()


@pytest.mark.parametrize("opened", [("asvi", "lockin", {"lockin": "sr830"})], indirect=True)
def test_an_sr830_is_read_without_the_offset_and_expansion_that_were_left(opened):
    driver, device = opened
    left(
        device,
        "OEXP 1,50,2",
        "DDEF 1,1,0",
        "ISRC 2",
        "ICPL 1",
        "ILIN 3",
        "SYNC 1",
        "TSTR 1",
        "RMOD 0",
        "OFSL 3",
    )
    driver.prepare(490.0, 0.5, 10e-3, 1e-3)
    assert device.scaling[1] == (0.0, 0)
    assert device.displays[1] == (0, 0)
    names = ("input", "coupling", "notch", "synchronous", "trigger_start", "slope")
    assert [device.get(name) for name in names] == [0] * 6
    assert device.get("reserve") == 1


@pytest.mark.parametrize("opened", [("asvi", "lockin", {})], indirect=True)
def test_an_sr860_modulates_without_the_direct_voltage_that_was_left(opened):
    driver, device = opened
    left(
        device,
        "SOFF 1.5",
        "IVMD 1",
        "ISRC 1",
        "ICPL 1",
        "IRNG 0",
        "CDSP 0,5",
        "SYNC 1",
        "COFA 0,1",
        "CEXP 0,2",
    )
    driver.prepare(490.0, 0.5, 10e-3, 1e-3)
    names = ("sine_offset", "input", "voltage_input", "coupling", "synchronous")
    assert [device.get(name) for name in names] == [0] * 5
    assert device.get("irng") == 4
    assert [device.get(name, 0) for name in ("data_channel", "offset_on", "expand")] == [0, 0, 0]


@pytest.mark.parametrize("opened", [("nanoring", "digitiser_0", {})], indirect=True)
def test_a_digitiser_forgets_a_relative_offset(opened):
    driver, device = opened
    left(device, "DIG:VOLT:REL 0.5;REL:STAT ON", "FORM:DATA REAL", "DIG:VOLT:APER 1e-4")
    driver.prepare(1.0, 2368)
    assert not device.get("digitise_relative_on")
    assert device.get("aperture") == "AUTO"


@pytest.mark.parametrize("opened", [("asvi", "microwave", {})], indirect=True)
def test_a_microwave_source_forgets_offsets_multiplier_and_triggers(opened):
    driver, device = opened
    left(
        device,
        "POW:OFFS 10",
        "FREQ:MULT 2",
        "TRIG:SOUR BUS",
        "LIST:TRIG:SOUR EXT",
        "POW:MODE LIST",
        "OUTP ON",
    )
    driver.prepare_sweep(3e9, 10e9, 11, 0.01, 5.0)
    assert (device.get("power_offset"), device.get("multiplier")) == (0.0, 1.0)
    assert (device.get("sweep_trigger"), device.get("point_trigger")) == ("IMM", "IMM")
    assert not device.get("modulation")
    driver.shutdown()


@pytest.mark.parametrize("opened", [("asvi", "microwave", {})], indirect=True)
def test_a_microwave_frequency_keeps_its_digits(opened):
    driver, device = opened
    driver.frequency = 4_123_456_789.125
    assert device.get("frequency") == 4_123_456_789.125


@pytest.mark.parametrize("opened", [("asvi", "analyser", {})], indirect=True)
def test_an_analyser_forgets_averaging_smoothing_slope_and_the_kind_of_sweep(opened):
    driver, device = opened
    left(
        device,
        "SENS1:AVER ON",
        "CALC1:SMO ON",
        "SOUR1:POW:SLOP:STAT ON",
        "SENS1:SWE:TYPE LOG",
        "SENS1:SWE:TIME 9",
    )
    driver.prepare_trace(3e9, 10e9, 11, -10.0)
    assert not any(device.get(name, 1) for name in ("averaging", "smoothing", "power_slope"))
    assert device.get("sweep_type", 1) == "LIN"
    assert device.get("sweep_time_auto", 1)
    driver.shutdown()


@pytest.mark.parametrize("opened", [("nanoring", "source", {})], indirect=True)
def test_a_current_source_forgets_its_filter(opened):
    driver, device = opened
    left(device, "CURR:FILT ON")
    driver.source(1e-3, 1.0)
    assert not device.get("filter")
    driver.shutdown()
