"""The runner on the simulated bench: whatever ends a run, the field is zero and the sources are off."""

from contextlib import contextmanager

import numpy as np
import pytest
from nado_lab.instruments import load_setup, open_setup
from nado_lab.lab.runs import Observer, StopRequest, run_protocol
from nado_lab.lab.store import Run, Status, load_trials
from nado_lab.protocols import Characterise, configure
from nado_lab.sim_backend import open_bench


@contextmanager
def bench_and_setup():
    bench = open_bench("nanoring", specimen=0)
    try:
        config = load_setup("sim:nanoring")
        with open_setup(config, visa_library=bench.visa_library, clock=bench.clock) as setup:
            yield bench, setup
    finally:
        bench.close()


def characterise(**parameters):
    procedure = Characterise()
    configure(procedure, {"sequences": 4, "steps": 5, **parameters})
    return procedure


def assert_safe(bench):
    assert np.allclose(bench.world.field(), 0.0, atol=1e-9)
    assert not bench.world.sources_on()


def test_a_run_measures_what_the_setup_declares(tmp_path):
    with bench_and_setup() as (bench, setup):
        run_protocol(characterise(), setup, tmp_path / "run")
        assert_safe(bench)
        channels = setup.channels
    trials = load_trials(tmp_path / "run")
    assert trials.readout.shape == (4, 5, 10)
    assert trials.channels == channels
    assert np.ptp(trials.readout[..., 0]) > 0
    instruments = Run.open(tmp_path / "run").metadata.instruments["instruments"]
    assert set(instruments) >= {"generator", "source"}


class Trouble(Exception):
    pass


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, Trouble])
def test_trouble_after_the_first_row_leaves_zero_field(tmp_path, trouble):
    procedure = characterise()
    make_row = procedure._row

    def break_off(plan, trial, answer):
        if trial == 1:
            raise trouble
        return make_row(plan, trial, answer)

    procedure._row = break_off
    with bench_and_setup() as (bench, setup):
        with pytest.raises(trouble):
            run_protocol(procedure, setup, tmp_path / "run")
        assert_safe(bench)
    run = Run.open(tmp_path / "run")
    assert run.status is (Status.ABORTED if trouble is KeyboardInterrupt else Status.FAILED)
    assert run.rows() == 1


def test_a_stop_while_the_field_turns_leaves_zero_field(tmp_path):
    stop = StopRequest()
    fields = []

    with bench_and_setup() as (bench, setup):
        sleep = bench.clock.sleep

        def stop_in_mid_burst(seconds):
            sleep(seconds)
            fields.append(np.linalg.norm(bench.world.field()))
            if fields[-1] > 1e-3:
                stop.stop("enough")

        bench.clock.sleep = stop_in_mid_burst
        run_protocol(characterise(sequences=40), setup, tmp_path / "run", observer=Observer(stop))
        assert max(fields) > 1e-3
        assert_safe(bench)
    assert Run.open(tmp_path / "run").status is Status.ABORTED
