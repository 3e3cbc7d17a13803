import numpy as np
from nado_lab.lab.dashboard.models.events import RowArrived, RunStarted
from nado_lab.lab.dashboard.models.live import LiveRun
from nado_lab.port import Port
from nado_lab.protocols import Column

FIELD = Port("field", "T", 0.0, 1.0)

COLUMNS = (
    Column("sequence", dtype="int64", is_coordinate=True),
    Column("input", ("step", "port"), (3, 1), units="T"),
    Column("readout", ("step", "channel"), (3, 2), units="V"),
    Column("waveform", ("step", "sample", "contact"), (3, 4, 2), "float32", "V"),
    Column("temperature", units="K"),
)


def started():
    return RunStarted("x.zarr", "p", {"primary": COLUMNS}, ("a", "b"), ("V", "V"), 0.5, 10, ports=(FIELD,))


def row(sequence=0):
    readout = np.arange(6.0).reshape(3, 2)
    waveform = np.arange(24.0).reshape(3, 4, 2)
    values = {"sequence": sequence, "input": np.ones((3, 1)), "readout": readout, "waveform": waveform}
    return RowArrived("primary", values | {"temperature": 300.0})


def test_columns_become_curves_with_their_own_time_step():
    live = LiveRun(started(), capacity=100)
    live.take(row())
    live.take(row())
    panels = {name: [s.name for s in signals] for name, signals in live.panels.items()}
    assert panels == {
        "input": ["field"],
        "readout": ["a", "b"],
        "waveform": ["contact 0", "contact 1"],
        "rows": ["temperature"],
    }
    steps = {name: signals[0].trace.step for name, signals in live.panels.items()}
    assert steps == {"input": 0.5, "readout": 0.5, "waveform": 0.125, "rows": 1.0}
    np.testing.assert_array_equal(live.panels["readout"][1].trace.newest(6), [1, 3, 5, 1, 3, 5])
    np.testing.assert_array_equal(live.panels["waveform"][0].trace.newest(12), np.arange(0, 24, 2))
    assert live.seconds == 3.0


def test_repeats_are_those_of_the_newest_sequence():
    live = LiveRun(started(), capacity=100)
    for sequence in (0, 1, 0, 1, 0):
        live.take(row(sequence))
    assert [trial[0] for trial in live.repeats()] == [0, 0, 0]


def test_monitors_are_strip_charts_of_their_own():
    start = RunStarted("x.zarr", "p", {"primary": COLUMNS}, ("a", "b"), ("V", "V"), 0.5, 10, {"coil": "A"})
    live = LiveRun(start, capacity=100)
    live.take(RowArrived("monitor", {"coil": 1.5}))
    assert live.rows == 0
    (signal,) = live.panels["monitor"]
    assert (signal.units, signal.trace.newest(1)[0]) == ("A", 1.5)


def test_the_baseline_is_left_alone():
    live = LiveRun(started(), capacity=100)
    live.take(RowArrived("baseline", {"coil": 1.0}))
    assert live.rows == 0


def test_ports_in_different_units_share_no_axis_and_their_drives_are_drawn():
    driven = [Column(name, ("step", "port"), (3, 2)) for name in ("drive", "input")]
    ports = (Port("voltage", "V", 0.0, 2.0), Port("light", "W", 0.0, 1e-3))
    columns = {"primary": (*driven, COLUMNS[2])}
    live = LiveRun(RunStarted("x.zarr", "p", columns, ("a", "b"), ("V", "V"), 0.5, 10, ports=ports), 100)
    values = {
        "sequence": 0,
        "drive": np.full((3, 2), -0.5),
        "input": np.ones((3, 2)),
        "readout": np.ones((3, 2)),
    }
    live.take(RowArrived("primary", values))
    assert [(s.name, s.units) for s in live.panels["input"]] == [
        ("drive of voltage", ""),
        ("drive of light", ""),
    ]
    np.testing.assert_array_equal(live.panels["input"][1].trace.newest(3), [-0.5] * 3)
