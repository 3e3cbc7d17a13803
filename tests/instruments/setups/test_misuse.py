"""What was found by trying to break setups: nothing may end with a field, or drive what was not asked for."""

import gc
import threading

import numpy as np
import pytest
from nado_lab import instruments, sim_backend
from nado_lab.instruments import BusyError, InstrumentError, LimitError, SetupError
from nado_lab.instruments.setups.families import preset_files
from nado_lab.instruments.setups.open_roles import each_in_its_own_try


def opened(kind):
    bench = sim_backend.open_bench(kind, specimen=1, size=3)
    config = instruments.load_setup(f"sim:{kind}")
    if kind == "asvi":
        sweep = {"points": 16, "stop_hz": 2.8e9, "dwell_s": 0.01}
        config = config.model_copy(update={"spectrum": config.spectrum.model_copy(update=sweep)})
    return bench, instruments.open_setup(config, bench.visa_library, bench.clock)


def is_safe(bench):
    return not bench.world.field().any() and not bench.world.sources_on()


@pytest.mark.parametrize("kind", ["nanoring", "asvi"])
@pytest.mark.parametrize("how", ["close", "drop", "throw"])
def test_a_measurement_left_half_way_takes_the_field_to_zero(kind, how):
    bench, setup = opened(kind)
    with setup:
        answers = setup.measure(np.zeros((50, 20 if kind == "nanoring" else 1, 1)))
        next(answers)
        assert bench.world.sources_on()
        if how == "close":
            answers.close()
        elif how == "throw":
            with pytest.raises(KeyError):
                answers.throw(KeyError("of the caller"))
        else:
            del answers
            gc.collect()
        assert is_safe(bench)


def test_a_second_thread_is_refused_and_does_not_disturb_the_first():
    bench, setup = opened("nanoring")
    inside, go_on = threading.Event(), threading.Event()

    def hold():
        inside.set()
        assert go_on.wait(20)
        return False

    found = []
    with setup:
        first = threading.Thread(
            target=lambda: found.extend(setup.measure(np.zeros((2, 4, 1)), should_stop=hold))
        )
        first.start()
        assert inside.wait(20)
        with pytest.raises(BusyError, match="another thread"):
            list(setup.measure(np.zeros((1, 4, 1))))
        go_on.set()
        first.join(20)
        assert len(found) == 2
    assert is_safe(bench)


@pytest.mark.parametrize("kind", ["nanoring", "asvi"])
def test_made_safe_by_another_hand_it_does_not_drive_on(kind):
    bench, setup = opened(kind)
    polls = iter(range(1000))

    def panic():
        if next(polls) == 2:
            setup.shutdown()
        return False

    with setup:
        with pytest.raises(InstrumentError, match="made safe"):
            list(setup.measure(np.zeros((2, 20 if kind == "nanoring" else 2, 1)), should_stop=panic))
        assert is_safe(bench)


@pytest.mark.parametrize("shape", [(2, 0, 1), (0, 1), (3,), (2, 3, 2)])
def test_a_drive_of_no_step_or_another_shape_is_refused(shape):
    _, setup = opened("nanoring")
    with setup, pytest.raises(ValueError, match="shape"):
        setup.respond(np.zeros(shape))


def test_drives_that_are_no_real_numbers_are_refused_and_no_trials_give_no_answers():
    bench, setup = opened("nanoring")
    with setup:
        with pytest.raises(ValueError, match="real"):
            setup.measure(np.zeros((1, 2, 1)) + 0j)
        with pytest.raises(LimitError, match=r"1\.0000001"):
            setup.measure(np.full((1, 2, 1), 1.0000001))
        assert setup.respond(np.zeros((0, 4, 1))).shape == (0, 4, len(setup.channels))
    assert bench.world.peak_slew == 0


def test_ctrl_c_while_everything_is_made_safe_stops_nothing():
    done, presses = [], iter([True, True, False, False])

    def slow():
        if next(presses):
            raise KeyboardInterrupt
        done.append("slow")

    def broken():
        raise OSError("gone")

    with pytest.raises(KeyboardInterrupt):
        each_in_its_own_try([("a", slow), ("b", broken), ("c", lambda: done.append("c"))])
    assert done == ["slow", "c"]


def test_what_could_not_be_made_safe_is_told_at_the_end_of_the_with_block(caplog):
    bench, setup = opened("nanoring")
    with setup:
        list(setup.measure(np.zeros((1, 2, 1))))
        bench.set_fault("source:timeout")
    assert "source" in caplog.text
    assert "may not be safe" in caplog.text


def test_an_instrument_that_only_reads_is_lost_but_leaves_nothing_unsafe(caplog):
    bench, setup = opened("nanoring")
    with setup:
        list(setup.measure(np.zeros((1, 2, 1))))
        bench.set_fault("digitiser_0:disconnect")
        assert setup.shutdown() == []
    assert is_safe(bench)
    assert "lost an instrument that drives nothing: digitiser_0: Keithley DMM6500" in caplog.text
    assert "may not be safe" not in caplog.text


def test_an_instrument_that_does_not_say_whether_it_drives_may_be_unsafe():
    class Silent:
        isShutdown = False

        def shutdown(self):
            raise OSError("gone")

    _, setup = opened("nanoring")
    with setup:
        setup.roles["own"] = Silent()
        assert setup.shutdown() == ["own: gone"]
        del setup.roles["own"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("slew_amperes_per_s = 50.0", "slew_amperes_per_s = 0.0"),
        ("slew_amperes_per_s = 50.0", "slew_amperes_per_s = -1.0"),
        ("slew_amperes_per_s = 50.0", "slew_amperes_per_s = inf"),
        ("max_volts = 8.0", "max_volts = 0.0"),
        ("max_volts = 5.0", "max_volts = 50.0"),
        ("max_volts = 5.0", "max_volts = nan"),
        ("max_amperes = 2e-3", "max_amperes = -1.0"),
        ("max_field_t = 10e-3", "max_field_t = inf"),
        ("max_duty = 0.25", "max_duty = 25.0"),
        ("max_burst_s = 30.0", "max_burst_s = inf"),
        ("low = 1.6e-3", "low = nan"),
        ("rotation_hz = 37.0", "rotation_hz = 37.1"),
        ("phase_rad = 0.00145", "phase_rad = nan"),
    ],
)
def test_limits_that_are_none_are_refused_before_anything_moves(tmp_path, old, new):
    text = preset_files()["sim:nanoring"].read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "mine.toml").write_text(text.replace(old, new), encoding="utf-8")
    bench = sim_backend.open_bench("nanoring", specimen=1, size=3)

    def measure():
        config = instruments.load_setup(tmp_path / "mine.toml")
        with instruments.open_setup(config, bench.visa_library, bench.clock) as setup:
            list(setup.measure(np.zeros((1, 2, 1))))

    with pytest.raises((LimitError, SetupError)):
        measure()
    assert bench.world.peak_slew == 0
    assert is_safe(bench)


@pytest.mark.parametrize("amperes", [-7.0, 5.0000001, float("nan"), float("inf")])
def test_a_ramp_beyond_the_limit_does_not_begin(amperes):
    bench, setup = opened("nanoring")
    with setup:
        supply = setup.roles["supply_x"]
        supply.prepare_amplifier(8.0)
        with pytest.raises(LimitError):
            supply.ramp_to(amperes)
        assert bench.device("supply_x").get("current") == 0.0
        with pytest.raises(LimitError):
            supply.prepare_amplifier(-8.0)


@pytest.mark.parametrize(
    "volts",
    [
        np.full((16, 2), np.nan),
        np.full((16, 2), 5.01),
        np.zeros((0, 2)),
        np.zeros((1, 2)),
        np.zeros(16),
        np.zeros((16, 3)),
        np.zeros((1_000_001, 2)),
    ],
    ids=["nan", "beyond", "empty", "one", "flat", "three", "long"],
)
def test_waveforms_that_are_none_are_not_sent(volts):
    bench, setup = opened("nanoring")
    with setup:
        setup.generator.prepare(2368, 5.0)
        before = bench.gate("generator").messages
        with pytest.raises(LimitError):
            setup.generator.load(volts)
        assert bench.gate("generator").messages == before


@pytest.mark.parametrize("count", [0, -1, 8_000_000])
def test_a_digitiser_is_not_armed_for_samples_it_cannot_take(count):
    _, setup = opened("nanoring")
    with setup, pytest.raises(LimitError):
        setup.digitisers[0].arm(count)
