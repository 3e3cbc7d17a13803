"""What every protocol of the table keeps to, and what each is for."""

import numpy as np
import pytest
from nado_lab.lab.runs import run_protocol
from nado_lab.lab.store import Run, load_trials
from nado_lab.protocols import PROTOCOLS, ProtocolError, configure, describe, load_protocol

from tests.protocols.fake_device import FakeDevice

SMALL = {
    "characterise": {"sequences": 2, "steps": 3},
    "repeats": {"sequences": 2, "repeats": 3, "steps": 3},
    "hysteresis": {"points": 4},
    "spectrum_map": {"points": 4},
    "calibrate_field": {"points": 3},
    "memory": {"sequences": 1, "steps": 50},
    "drift_watch": {"probes": 3, "steps": 3, "interval": 60},
}


class Coil:
    """A supply and its coil: 2 mT per ampere."""

    def __init__(self):
        self.amperes = 0.0

    def ramp_to(self, amperes):
        self.amperes = amperes

    def measured_amperes(self):
        return self.amperes


class Probe:
    def __init__(self, coil):
        self.coil = coil

    def measured_tesla(self):
        return 2e-3 * self.coil.amperes + 5e-5


def device() -> FakeDevice:
    made = FakeDevice()
    coil = Coil()
    made.roles = {"supply_x": coil, "gaussmeter": Probe(coil)}
    return made


@pytest.mark.parametrize("name", SMALL)
def test_a_protocol_emits_the_rows_that_it_declares(name, tmp_path):
    procedure = load_protocol(name)()
    configure(procedure, SMALL[name])
    run_protocol(procedure, device(), tmp_path / "run")
    run = Run.open(tmp_path / "run")
    assert run.rows() == procedure.row_count() > 0
    assert run.metadata.protocol.name == name


@pytest.mark.parametrize("name", PROTOCOLS.built_in())
def test_every_parameter_has_a_label_and_an_expectation(name):
    for parameter in describe(load_protocol(name)()).values():
        assert parameter.label[0].isupper()
        assert parameter.expected


def test_hysteresis_goes_up_and_down_and_shows_memory(tmp_path):
    procedure = load_protocol("hysteresis")()
    configure(procedure, {"points": 5, "loops": 2})
    run_protocol(procedure, FakeDevice(), tmp_path / "run")
    trials = load_trials(tmp_path / "run")
    levels = [-1, -0.5, 0, 0.5, 1, 0.5, 0, -0.5]
    assert np.allclose(trials.drive[0, :, 0], [*levels, *levels, -1])
    up, down = trials.readout[0, 2, 0], trials.readout[0, 6, 0]
    assert down > up


def test_drift_watch_waits_by_the_clock_of_the_bench(tmp_path):
    procedure = load_protocol("drift_watch")()
    configure(procedure, {"probes": 3, "interval": "10 min", "steps": 2})
    bench = FakeDevice()
    run_protocol(procedure, bench, tmp_path / "run")
    data = Run.open(tmp_path / "run").dataset()
    assert np.allclose(np.diff(data["clock"].values), 600)
    assert data["repeat"].values.tolist() == [0, 1, 2]
    assert len(bench.events) == 3  # field off while waiting, and at the end


def test_calibration_finds_the_coil(tmp_path):
    from nado_lab.protocols.calibrate_field import fitted

    procedure = load_protocol("calibrate_field")()
    run_protocol(procedure, device(), tmp_path / "run")
    data = Run.open(tmp_path / "run").dataset()
    found = fitted(data["current"].values, data["field"].values)
    assert found["tesla_per_ampere"] == pytest.approx(2e-3)
    assert found["offset_t"] == pytest.approx(5e-5)
    assert found["rms_t"] < 1e-12


def test_calibration_without_a_probe_says_so():
    with pytest.raises(ProtocolError, match="add a gaussmeter"):
        load_protocol("calibrate_field")().bind(FakeDevice())


def test_replay_plays_the_drives_of_another_run(tmp_path):
    first = load_protocol("characterise")()
    configure(first, {"sequences": 2, "repeats": 2, "steps": 3})
    run_protocol(first, FakeDevice(), tmp_path / "first")
    again = load_protocol("replay")()
    configure(again, {"of": str(tmp_path / "first")})
    run_protocol(again, FakeDevice(), tmp_path / "again")
    one, other = load_trials(tmp_path / "first"), load_trials(tmp_path / "again")
    assert np.array_equal(one.drive, other.drive)
    assert one.sequence.tolist() == other.sequence.tolist()
    assert Run.open(tmp_path / "again").metadata.lineage == [Run.open(tmp_path / "first").metadata.run_id]


@pytest.mark.parametrize(
    ("name", "values", "seconds"),
    [
        ("characterise", {"sequences": 5, "repeats": 3, "steps": 20}, 5 * 3 * 20 * 0.01),
        ("repeats", {"sequences": 2, "repeats": 4, "steps": 10}, 2 * 4 * 10 * 0.01),
        ("hysteresis", {"points": 5, "loops": 2, "settle": 3, "repeats": 2}, 2 * 17 * 3 * 0.01),
        ("spectrum_map", {"points": 61}, 0.61),
        ("memory", {"sequences": 2, "steps": 100}, 2.0),
        ("drift_watch", {"probes": 3, "steps": 10, "interval": "10 min"}, 1200.3),
        ("calibrate_field", {"points": 11, "settle": 2}, 42.0),
    ],
)
def test_a_protocol_tells_how_long_it_takes(name, values, seconds):
    procedure = load_protocol(name)()
    configure(procedure, values)
    assert procedure.estimate_s(FakeDevice()) == pytest.approx(seconds)


@pytest.mark.parametrize("name", ["characterise", "hysteresis", "spectrum_map", "memory", "drift_watch"])
def test_the_extent_is_that_of_the_plan(name):
    procedure = load_protocol(name)()
    configure(procedure, SMALL[name])
    procedure.bind(FakeDevice())
    assert procedure.extent() == procedure.planned.drive.shape[:2]


def test_a_replay_is_estimated_once_its_drives_are_known():
    procedure = load_protocol("replay")()
    assert procedure.estimate_s(FakeDevice()) is None
    procedure.drive = np.zeros((4, 5, 1))
    assert procedure.estimate_s(FakeDevice()) == pytest.approx(0.2)
