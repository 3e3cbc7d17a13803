"""Stepwise trials on simulated benches: what they give, what is refused, and how each is left safe."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from nado_lab.instruments.errors import (
    BusyError,
    InstrumentError,
    InterlockError,
    LimitError,
    SetupError,
    TrialEndedError,
)

from tests.instruments.setups.memristor_array.test_setup import bench_of

QUIET = {"read_noise": 0.0, "drift": 0.0, "white_v": 0.0, "mains_v": 0.0}


def drive_of(setup, steps, seed=0):
    sides = (len(setup.devices),) if setup.devices else ()
    return np.random.default_rng(seed).uniform(-1, 1, (steps, *sides, 1))


def waited(condition, seconds=3.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


@pytest.fixture
def pair():
    with bench_of() as opened:
        yield opened


@pytest.mark.parametrize("name", ["sim:memristor", "sim:memristor-smu"])
def test_steps_give_what_a_whole_trial_of_the_same_timing_gives(name):
    """A whole trial with two steps at 0 V after each has the timing of steps every three steps.

    Its read pulses are three times as many, hence so small here. At another timing steps are 100 % off.
    """
    small = {"pulse": {"read_v": 0.03}}
    with bench_of(name, small, **QUIET) as (plain, _):
        period = 3 * plain.step_s
        drive = drive_of(plain, 12)
        inputs = np.zeros((36, *drive.shape[1:]))
        inputs[::3] = plain.inputs_of(drive)
        played = np.moveaxis(inputs, 0, -2)[None]
        whole = next(plain.measure(np.zeros_like(played), inputs=played))
    with (
        bench_of(name, small | {"stepwise": {"period_s": period}}, **QUIET) as (setup, _),
        setup.begin() as trial,
    ):
        steps = np.stack([trial.step(each) for each in drive], axis=-2)
        assert trial.last.late_s == pytest.approx(0.0, abs=1e-6)
    expected = whole.readout[..., ::3, :]
    np.testing.assert_allclose(trial.initial, whole.initial, rtol=0.02)
    off = np.abs(steps - expected).mean(axis=-2)
    assert np.all(off < 0.15 * expected.std(axis=-2)), off / expected.std(axis=-2)


def test_what_a_step_applied_and_when_is_told(pair):
    setup, _ = pair
    drive = drive_of(setup, 3)
    with setup.begin() as trial:
        begun = []
        for each in drive:
            readout = trial.step(each)
            begun.append(trial.last.begun_s)
            np.testing.assert_array_equal(trial.last.played.readout, readout)
            np.testing.assert_allclose(trial.last.input, setup.inputs_of(each))
            assert trial.last.played.waveform.shape == (8, *setup.waveform_shape)
            assert trial.last.late_s == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(np.diff(begun), setup.step_period_s)
    assert [trial.count, trial.last.number] == [3, 2]


def test_the_period_of_the_file_is_kept():
    with bench_of(changed={"stepwise": {"period_s": 0.05}}) as (setup, _):
        with setup.begin() as trial:
            trial.step(np.zeros((8, 1)))
            first = trial.last.begun_s
            trial.step(np.zeros((8, 1)))
        assert trial.last.begun_s - first == pytest.approx(0.05)
    told = r"period_s is 0.005 s, and a step alone takes 0.01005 s"
    with (
        bench_of(changed={"stepwise": {"period_s": 0.005}}) as (setup, _),
        pytest.raises(SetupError, match=told),
    ):
        setup.begin()


def test_the_end_of_a_trial_is_the_safe_state_and_frees_the_setup(pair):
    setup, bench = pair
    with setup.begin() as trial:
        trial.step(np.ones((8, 1)))
        with pytest.raises(BusyError, match="under way"):
            setup.begin()
        with pytest.raises(BusyError, match="under way"):
            setup.measure(np.zeros((1, 8, 2, 1)))
    assert not bench.world.sources_on()
    assert trial.is_over
    with pytest.raises(TrialEndedError, match="the trial was ended; begin another"):
        trial.step(np.zeros((8, 1)))
    assert len(list(setup.measure(np.zeros((1, 8, 2, 1))))) == 1


def test_whole_trials_and_steps_do_not_get_into_each_other(pair):
    setup, _ = pair
    whole = setup.measure(np.zeros((2, 8, 2, 1)))
    with setup.begin() as trial:
        with pytest.raises(BusyError, match="stepwise trial is under way"):
            next(whole)
        trial.step(np.zeros((8, 1)))
    with setup._measuring, ThreadPoolExecutor(1) as other:
        begun = other.submit(setup.begin)
        assert isinstance(begun.exception(), BusyError)


def test_every_step_is_checked_before_it_is_sent(pair):
    setup, bench = pair
    with setup.begin() as trial:
        trial.step(np.zeros((8, 1)))
        peak = bench.world.peak_v.copy()
        with pytest.raises(LimitError, match="drive"):
            trial.step(np.full((8, 1), 1.2))
        np.testing.assert_array_equal(bench.world.peak_v, peak)
        with pytest.raises(TrialEndedError):
            trial.step(np.zeros((8, 1)))
    with setup.begin() as trial, pytest.raises(ValueError, match=r"shape \(device, port\) = \(8, 1\)"):
        trial.step(np.zeros(8))
    with bench_of(changed={"limits": {"max_volts": 0.7}}) as (setup, bench), setup.begin() as trial:
        with pytest.raises(LimitError, match="voltage"):
            trial.step(np.ones((8, 1)))
        assert bench.world.peak_v.max() < 0.2


def test_a_step_that_does_not_come_finds_the_bench_safe(pair):
    setup, bench = pair
    with setup.begin(patience_s=0.1) as trial:
        trial.step(np.ones((8, 1)))
        energised = setup.wiring.output
        assert not energised.isShutdown
        assert waited(lambda: trial.is_over)
        assert energised.isShutdown
        assert not bench.world.sources_on()
        with pytest.raises(TrialEndedError, match=r"no step came for 0.1 s, so the bench went to its safe"):
            trial.step(np.zeros((8, 1)))
    with setup.begin() as trial:
        trial.step(np.zeros((8, 1)))


def test_a_step_after_the_process_slept_too_long_is_refused_even_before_the_watch_wakes(pair, monkeypatch):
    setup, _ = pair
    with setup.begin(patience_s=1000.0) as trial:
        trial.step(np.ones((8, 1)))
        real = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: real() + 2000.0)  # as after SIGSTOP and SIGCONT
        with pytest.raises(TrialEndedError, match="no step came for 1000 s"):
            trial.step(np.zeros((8, 1)))


def test_an_abort_from_another_thread_ends_it_at_once_also_within_a_step():
    with bench_of(changed={"stepwise": {"period_s": 50.0}}) as (setup, bench):
        polled = threading.Event()
        sleep = bench.clock.sleep

        def slow(seconds):
            polled.set()
            time.sleep(0.02)
            sleep(min(seconds, 1e-4))

        with setup.begin() as trial:
            setup.clock.sleep = slow
            other = threading.Thread(
                target=lambda: polled.wait() and trial.abort("somebody pressed the button")
            )
            other.start()
            with pytest.raises(TrialEndedError, match="somebody pressed the button"):
                trial.step(np.ones((8, 1)))
            other.join()
            assert not bench.world.sources_on()
        del setup.clock.sleep


def test_an_abort_between_steps_and_a_wish_to_stop_end_it(pair):
    setup, bench = pair
    with setup.begin() as trial:
        trial.step(np.ones((8, 1)))
        trial.abort()
        assert setup.wiring.output.isShutdown
        assert not bench.world.sources_on()
        with pytest.raises(TrialEndedError, match="over: aborted"):
            trial.step(np.zeros((8, 1)))
    wish = threading.Event()
    with setup.begin(should_stop=wish.is_set) as trial:
        wish.set()
        with pytest.raises(TrialEndedError, match="it was asked to stop"):
            trial.step(np.zeros((8, 1)))
        assert setup.wiring.output.isShutdown


def test_who_makes_it_safe_in_mid_trial_ends_it(pair):
    setup, bench = pair
    with setup.begin() as trial:
        trial.step(np.ones((8, 1)))
        setup.trip_interlock()
        with pytest.raises(InstrumentError, match="made safe while it measured"):
            trial.step(np.zeros((8, 1)))
    assert not bench.world.sources_on()
    with pytest.raises(InterlockError), setup.begin():
        pass
    setup.clear_interlock()
    with setup.begin() as trial:
        trial.step(np.zeros((8, 1)))


@pytest.mark.parametrize("fault", ["input:timeout@9", "output:disconnect@9", "input:truncate@9"])
def test_a_fault_in_mid_trial_is_told_and_ends_safe(pair, fault):
    setup, bench = pair
    with setup.begin() as trial:
        bench.set_fault(fault)
        with pytest.raises(InstrumentError, match="NI-DAQmx SIMULATED"):
            [trial.step(np.ones((8, 1))) for _ in range(20)]
        with pytest.raises(TrialEndedError):
            trial.step(np.zeros((8, 1)))
    bench.clear_faults()
    bench.clock.sleep(2.0)
    setup.shutdown()
    assert not bench.world.sources_on()
