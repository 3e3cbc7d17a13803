"""What the simulated instruments do beyond storing settings: states, refusals, timing."""

import numpy as np
import pytest
from nado_lab.sim_backend import open_bench


def ask(bench, role, message):
    device = bench.device(role)
    bench.world.advance()
    device.write(message)
    return device.take(100_000).strip()


def error_code(bench, role):
    return int(ask(bench, role, b"SYST:ERR?").split(b",")[0])


@pytest.fixture
def bench():
    return open_bench("nanoring", size=2)


@pytest.fixture
def ice():
    return open_bench("asvi", size=2)


def test_generator_refuses_names_twice_memory_overflow_and_unknown_waveforms(bench):
    ask(bench, "generator", b"DATA:ARB:DAC W,0,1,2,3,4,5,6,7")
    assert error_code(bench, "generator") == 0
    ask(bench, "generator", b"DATA:ARB:DAC W,0,1,2,3,4,5,6,7")
    assert error_code(bench, "generator") == 786
    ask(bench, "generator", b"DATA:ARB:DAC SHORT,0,1")
    assert error_code(bench, "generator") == 781
    ask(bench, "generator", b"FUNC:ARB NONE")
    assert error_code(bench, "generator") == 785
    ask(bench, "generator", b"DATA:ARB:DAC X,0,1,2,3,4,5,6,40000")
    assert error_code(bench, "generator") == -222
    assert int(ask(bench, "generator", b"DATA:VOL:FREE?")) == 1_000_000 - 8


def test_generator_ignores_a_trigger_it_is_not_armed_for(bench):
    ask(bench, "generator", b"*TRG")
    assert error_code(bench, "generator") == -211


@pytest.mark.parametrize("order", [b"NORM", b"SWAP"])
def test_generator_reads_blocks_in_the_chosen_byte_order(bench, order):
    data = np.arange(8, dtype=">i2" if order == b"NORM" else "<i2").tobytes()
    ask(bench, "generator", b"FORM:BORD " + order)
    ask(bench, "generator", b"DATA:ARB:DAC W,#216" + data)
    np.testing.assert_array_equal(bench.device("generator").memory[1]["W"], np.arange(8))


def test_digitiser_states_and_refusals(bench):
    ask(bench, "digitiser_0", b"INIT")
    assert error_code(bench, "digitiser_0") == -221
    ask(bench, "digitiser_0", b'TRIG:BLOC:WAIT 1, EXT;:TRIG:BLOC:MDIG 2, "defbuffer1", 100;:INIT')
    assert ask(bench, "digitiser_0", b"TRIG:STAT?").startswith(b"WAITING")
    ask(bench, "digitiser_0", b"INIT")
    assert error_code(bench, "digitiser_0") == -213
    bench.device("digitiser_0").external_trigger(bench.clock.now())
    assert ask(bench, "digitiser_0", b"TRIG:STAT?").startswith(b"RUNNING")
    bench.clock.advance(1.0)
    assert ask(bench, "digitiser_0", b"TRIG:STAT?").startswith(b"IDLE")
    assert len(ask(bench, "digitiser_0", b'TRAC:DATA? 1, 100, "defbuffer1"').split(b",")) == 100
    ask(bench, "digitiser_0", b'TRAC:DATA? 1, 101, "defbuffer1"')
    assert error_code(bench, "digitiser_0") == -222


def test_digitiser_takes_the_next_larger_range(bench):
    ask(bench, "digitiser_0", b"DIG:VOLT:RANG 0.3")
    assert float(ask(bench, "digitiser_0", b"DIG:VOLT:RANG?")) == 1.0


def test_supply_answers_mode_as_a_number_and_measures_what_flows(bench):
    ask(bench, "supply_x", b"FUNC:MODE CURR;:VOLT 10;:CURR 1.5;:OUTP ON")
    assert ask(bench, "supply_x", b"FUNC:MODE?") == b"1"
    bench.clock.advance(0.1)
    assert float(ask(bench, "supply_x", b"MEAS:CURR?")) == pytest.approx(1.5, abs=6e-3)
    bench.device("supply_x").over_temperature = True
    bench.clock.advance(0.1)
    assert float(ask(bench, "supply_x", b"MEAS:CURR?")) == 4.99e-3, "as recorded of one that is off"
    assert ask(bench, "supply_x", b"STAT:QUES:COND?") == b"16"


@pytest.mark.parametrize(("lockin", "spelling"), [("sr830", b"OFLT8"), ("sr860", b"OFLT 8")])
def test_lock_ins_take_commands_with_and_without_a_space(lockin, spelling):
    ice = open_bench("asvi", size=2, lockin=lockin)
    ask(ice, "lockin", spelling)
    assert ask(ice, "lockin", b"OFLT?") == b"8"
    assert ask(ice, "lockin", b"*ESR?") == b"0"
    ask(ice, "lockin", b"OFLT99")
    assert int(ask(ice, "lockin", b"*ESR?")) & 16


def test_a_running_capture_cannot_be_read(ice):
    ask(ice, "lockin", b"CAPTURELEN 2")
    ask(ice, "lockin", b"CAPTURESTART 0, 2")
    assert ask(ice, "lockin", b"CAPTUREGET? 0, 2") == b""
    assert int(ask(ice, "lockin", b"*ESR?")) & 16


def test_a_short_dwell_smears_the_spectrum_as_the_time_constant_says():
    class Step:
        def apply(self, field_tesla):
            pass

        def measured_spectrum(self, frequencies_hz):
            return np.where(frequencies_hz > 5e9, 1.0, 0.0)

    ice = open_bench("asvi", sample=Step())
    ask(ice, "lockin", b"SLVL 0.5;OFLT 8")  # 10 ms
    ask(ice, "lockin", b"CAPTURESTART 0, 2")
    ask(ice, "microwave", b":POW 10;:FREQ:STAR 4GHZ;STOP 6GHZ;MODE SWE;:SWE:POIN 101;DWEL1 0.01;:OUTP ON")
    ask(ice, "microwave", b":TSW")
    ice.clock.advance(2.0)
    assert error_code(ice, "microwave") == 0
    assert ask(ice, "lockin", b"CAPTUREBYTES?") == b"404"
    rise = ice.device("lockin").samples[51:56] / 1e-4
    np.testing.assert_allclose(rise, 1 - np.exp(-np.arange(1, 6)), atol=0.01)


def test_gaussmeter_speaks_its_units_and_overloads(ice):
    ice.device("supply").write(b"FUNC:MODE CURR;:VOLT 20;:CURR 5;:OUTP ON")
    ice.clock.advance(1.0)
    assert float(ask(ice, "gaussmeter", b"RDGFIELD?")) == pytest.approx(300, abs=1)
    ask(ice, "gaussmeter", b"UNIT 2")
    assert float(ask(ice, "gaussmeter", b"RDGFIELD?")) == pytest.approx(30e-3, abs=1e-4)
    ask(ice, "gaussmeter", b"RANGE 1")
    assert ask(ice, "gaussmeter", b"RDGFIELD?") == b"OL"
