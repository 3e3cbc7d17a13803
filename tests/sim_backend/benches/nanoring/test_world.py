import numpy as np
import pytest
from nado_lab.sim_backend import SimulatedClock, open_bench
from nado_lab.sim_backend.benches.nanoring.coils import Coil, CoilPair
from nado_lab.sim_backend.benches.nanoring.world import NanoringWorld


class FieldSample:
    """A sample whose resistance tells the field: contact 0 sees x, contact 1 sees y, in ohm per tesla."""

    contacts = 2

    def __init__(self):
        self.ticks, self.turns = 0, []

    def advance(self, field_xy, dt):
        self.ticks += len(field_xy)
        angle = np.unwrap(np.arctan2(field_xy[:, 1], field_xy[:, 0]))
        self.turns.append(np.max(np.abs(np.diff(angle)), initial=0.0))
        return field_xy.copy()


class NoNoise:
    def sample(self, t0, dt, n):
        return np.zeros((n, 2))


def make_bench(clock=None):
    return open_bench("nanoring", clock=clock, sample=FieldSample(), noise=NoNoise())


def play(bench, volts, rate):
    """Play volts (sample, 2): VOLT is the peak-to-peak of a waveform's own data."""
    generator = bench.device("generator")
    counts = np.rint(np.asarray(volts) / np.abs(volts).max() * 32767).astype("<i2")
    generator.write(b"FORM:BORD SWAP")
    for channel in (1, 2):
        data = counts[:, channel - 1].tobytes()
        block = b"#%d%d" % (len(str(len(data))), len(data)) + data
        head = f"SOUR{channel}:DATA:ARB:DAC W,".encode()
        generator.write(head + block)
        generator.write(
            f"SOUR{channel}:FUNC:ARB W;:SOUR{channel}:FUNC ARB;:SOUR{channel}:FUNC:ARB:SRAT {rate};"
            f":OUTP{channel}:LOAD INF;:SOUR{channel}:VOLT {np.ptp(volts[:, channel - 1])};"
            f":SOUR{channel}:BURS:STAT ON;:TRIG{channel}:SOUR BUS;".encode()
        )
        generator.write(f"OUTP{channel} ON".encode())
    for axis in "xy":
        bench.device(f"supply_{axis}").write(b"FUNC:MODE CURR;:VOLT 10;:OUTP ON")
    bench.device("source").write(b"CURR 0.1;:OUTP ON")
    for role in ("digitiser_0", "digitiser_1"):
        points = len(volts)
        bench.device(role).write(
            f'DIG:VOLT:RANG 0.1;SRAT {rate};:TRAC:POIN {points};:TRIG:LOAD "EMPTY";:TRIG:BLOC:WAIT 1, EXT;'
            f':TRIG:BLOC:MDIG 2, "defbuffer1", {points};:INIT'.encode()
        )
    generator.write(b"*TRG")
    for device in bench.roles.values():
        assert not device[1].error_queue


def test_a_burst_becomes_the_field_and_is_digitised_sample_by_sample():
    bench = make_bench()
    angle = 2 * np.pi * np.arange(256) / 64
    volts = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    play(bench, volts, 2368)
    bench.clock.advance(1.0)
    bench.world.advance()
    for contact in (0, 1):
        measured = bench.device(f"digitiser_{contact}").acquisition
        assert not measured.running
        wanted = volts[:, contact] * 1.2 * 2e-3 * 0.1
        lag = np.exp(-1 / 2368 / 1e-4)
        np.testing.assert_allclose(measured.volts[1:], wanted[1:], atol=2 * lag * 3e-4)


@pytest.mark.parametrize("pieces", [1, 7, 50])
def test_how_often_the_world_is_looked_at_changes_nothing(pieces):
    bench = make_bench()
    angle = 2 * np.pi * np.arange(640) / 64
    play(bench, np.stack([np.cos(angle), np.sin(angle)], axis=1), 2368)
    for _ in range(pieces):
        bench.clock.advance(0.35 / pieces)
        bench.world.advance()
    reference = make_bench()
    play(reference, np.stack([np.cos(angle), np.sin(angle)], axis=1), 2368)
    reference.clock.advance(0.35)
    reference.world.advance()
    a, b = (x.device("digitiser_0").acquisition.volts for x in (bench, reference))
    np.testing.assert_allclose(a, b, atol=1e-12)


def test_coarse_waveforms_are_subdivided_to_one_segment_a_tick():
    bench = make_bench()
    angle = 2 * np.pi * np.arange(64) / 16
    play(bench, np.stack([np.cos(angle), np.sin(angle)], axis=1), 2000)
    bench.clock.advance(0.5)
    bench.world.advance()
    assert max(bench.world.sample.turns) < 2 * np.pi / 64 * 1.6
    assert bench.world.sample.ticks > 3 * 64


def test_an_idle_bench_costs_nothing():
    bench = make_bench()
    bench.world.advance()
    bench.clock.advance(1.0)
    bench.world.advance()
    woken = bench.world.sample.ticks
    bench.clock.advance(1e6)
    bench.world.advance()
    assert bench.world.sample.ticks == woken < 5000


def test_supply_is_limited_by_ratings_and_compliance():
    bench = make_bench()
    supply = bench.device("supply_x")
    supply.write(b"FUNC:MODE CURR;:VOLT 2;:CURR 5;:OUTP ON")
    bench.clock.advance(1.0)
    assert bench.world.field()[0] == pytest.approx(2.0 * 2e-3)
    supply.write(b"VOLT 30")
    bench.clock.advance(1.0)
    assert bench.world.field()[0] == pytest.approx(5.0 * 2e-3)
    supply.write(b"OUTP OFF")
    bench.clock.advance(1.0)
    assert bench.world.field()[0] == 0.0


def test_coil_follows_an_exponential():
    pair = CoilPair(Coil(1.0, 0.01), Coil(1.0, 0.02))
    field = pair.follow(np.ones((100, 2)), 1e-3)
    times = 1e-3 * np.arange(1, 101)
    np.testing.assert_allclose(field[:, 0], -np.expm1(-times / 0.01), rtol=1e-9)
    np.testing.assert_allclose(field[:, 1], -np.expm1(-times / 0.02), rtol=1e-9)


def test_time_runs_forward_only():
    with pytest.raises(ValueError, match="forward"):
        SimulatedClock().advance(-1)


def test_unknown_bench_names_the_known_ones():
    with pytest.raises(ValueError, match="nanoring"):
        open_bench("toaster")


def test_world_is_the_named_class():
    assert isinstance(make_bench().world, NanoringWorld)
