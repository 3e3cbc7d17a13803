"""Runs in a process of their own: followed live, aborted from here, and going on without the window."""

import sys

import numpy as np
from nado_lab.lab.dashboard.models.apart import Apart, command_for
from nado_lab.lab.dashboard.models.events import RowArrived, RunStarted
from nado_lab.lab.dashboard.models.experiment import Experiment, State
from nado_lab.lab.dashboard.models.session import Session
from nado_lab.lab.store import Run

SMALL = {"sequences": 4, "repeats": 2, "steps": 6, "waveform": False}
LONG = {"sequences": 20_000, "steps": 28, "waveform": False}


def events_of(session):
    return [session.events.take() for _ in range(len(session.events))]


def test_a_run_apart_is_followed_row_by_row_and_the_bench_is_back_afterwards(session, wait_for):
    session.bench.connect("sim:nanoring").ended.wait(150)
    experiment = session.queue.add("characterise", SMALL, apart=True)
    wait_for(lambda: experiment.state in (State.COMPLETE, State.FAILED))
    assert experiment.state is State.COMPLETE, experiment.reason
    wait_for(lambda: session.queue.current is None)
    assert session.bench.is_open
    events, stored = events_of(session), Run.open(experiment.out).dataset()
    rows = [e.row for e in events if isinstance(e, RowArrived) and e.stream == "primary"]
    np.testing.assert_array_equal([r["readout"] for r in rows], stored["readout"].values)
    start = next(e for e in events if isinstance(e, RunStarted))
    assert (start.rows, start.channels) == (8, tuple(stored["channel"].values))
    assert start.step_s == session.bench.setup.step_s
    here = {c.name: (c.dims, c.shape, c.is_coordinate) for c in start.columns["primary"]}
    assert here["readout"] == (("step", "channel"), (6, 10), False)
    assert here["sequence"] == ((), (), True)


def test_closing_leaves_it_going_another_session_shows_it_and_abort_ends_it(tmp_path, wait_for):
    first = Session(tmp_path / "runs")
    first.bench.connect("sim:nanoring").ended.wait(150)
    experiment = first.queue.add("characterise", LONG, apart=True)
    wait_for(lambda: experiment.done > 0 or experiment.state is State.FAILED)
    assert not first.is_measuring
    first.close()
    before = Run.open(experiment.out).rows()
    wait_for(lambda: Run.open(experiment.out).rows() > before)
    second = Session(tmp_path / "runs")
    try:
        again = second.queue.follow(experiment.out)
        wait_for(lambda: again.done > before)
        assert second.queue.follow(experiment.out) is None
        second.abort().join()
        wait_for(lambda: again.state is State.ABORTED)
        assert "SIGTERM" in Run.open(experiment.out).metadata.reason
    finally:
        second.close()


def test_a_process_that_cannot_measure_says_why(tmp_path):
    words = [sys.executable, "-c", "import sys; print('warming up'); sys.exit('nado: no field')"]
    apart = Apart(tmp_path / "runs" / "x.zarr")
    apart.begin(words)
    assert not apart.began()
    assert apart.complaint() == "nado: no field"
    assert apart.wait(5)


def test_the_command_measures_with_the_parameters_that_are_settled(tmp_path):
    own = Experiment("mine.py:Squares", {"points": 3, "left": None}, apart=True)
    command = command_for(own, "sim:nanoring", 5, tmp_path / "x.zarr")
    assert command[:6] == [sys.executable, "-m", "nado_lab", "measure", "--protocol", "mine.py:Squares"]
    assert command[command.index("--specimen") + 1] == "5"
    assert command[-2:] == ["-p", "points=3"]
    rest = Experiment("characterise", {}, apart=True, goes_on=True)
    out = tmp_path / "none.zarr"
    assert command_for(rest, "sim:asvi", 0, out)[3:] == ["resume", str(out), "--setup", "sim:asvi"]
