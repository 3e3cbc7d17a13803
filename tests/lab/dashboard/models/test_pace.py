"""When data come, and readings at their own times."""

import numpy as np
import pytest
from nado_lab.lab.dashboard.models.events import RowArrived, RunStarted
from nado_lab.lab.dashboard.models.live import LiveRun
from nado_lab.lab.dashboard.models.pace import Pace
from nado_lab.lab.dashboard.models.timed_trace import TimedTrace


def test_the_next_burst_is_expected_as_long_after_as_those_before_it():
    pace = Pace(100.0)
    assert pace.text(107.0) == "no data yet, for 7 s"
    for burst in (112.0, 124.0, 136.0):
        for row in range(5):
            pace.arrived(burst + 0.01 * row)
    assert pace.text(136.1) == ""
    assert pace.text(139.0) == "next data in 9 s"
    assert pace.text(160.0) == "no data for 24 s"


def test_rows_that_come_all_the_time_are_not_announced():
    pace = Pace(0.0)
    for row in range(100):
        pace.arrived(0.1 * row)
    assert pace.text(10.0) == ""


def test_readings_lie_at_their_true_times():
    run = LiveRun(RunStarted("", "x", {}, (), (), 1.0, 1, {"sample": "K"}, at=1000.0))
    run.take(RowArrived("monitor", {"sample": 293.0}, at=1001.0))
    run.take(RowArrived("monitor", {"sample": 294.0}, at=1031.0))
    run.take(RowArrived("monitor", {"sample": 295.0, "elapsed": 90.0}, at=1.0))  # as its own process says
    times, values = run.panels["monitor"][0].trace.view(0.0, 100.0, 100)
    assert times.tolist() == [1.0, 31.0, 90.0]
    assert values.tolist() == [293.0, 294.0, 295.0]


def test_the_oldest_readings_are_forgotten_and_a_view_is_no_longer_than_it_can_be_seen():
    trace = TimedTrace(1000)
    for second in range(5000):
        trace.append(second, float(second))
    assert trace.count == 5000
    assert 1000 <= len(trace) <= 2000
    times, values = trace.view(*trace.span, bins=50)
    assert len(times) <= 4 * 50 * 2
    np.testing.assert_array_equal(times, values)
    assert trace.newest(2).tolist() == pytest.approx([4998, 4999])
