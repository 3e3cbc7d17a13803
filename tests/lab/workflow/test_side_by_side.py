"""Devices side by side: each node on its own device, each device's trials apart, each twin on its device."""

import signal
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs import run_protocol
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.store import Run, Status, StoreError
from nado_lab.lab.trials import trials_of
from nado_lab.lab.workflow.device_check import check_device
from nado_lab.lab.workflow.fit import FitRequest, device_of, fit_each
from nado_lab.lab.workflow.play_at_once import Part, play_at_once
from nado_lab.lab.workflow.play_drives import AbortedError, PlayOptions, own_readout, play_drives
from nado_lab.lab.workflow.read_trials import read_trials
from nado_lab.lab.workflow.side_by_side import on_every_device, packed, slots, unpacked
from nado_lab.protocols import configure, load_protocol
from nado_lab.twin import DeviceRecord, FitSettings, ModelSpec, Twin, TwinCard

from tests.protocols.fake_device import FakeDevice, FakeResponse

GAINS = {"weak": 1.0, "strong": 3.0, "odd": -2.0}


class ThreeDevices(FakeDevice):
    """Three leaky integrators side by side, each with a gain of its own."""

    devices = tuple(GAINS)

    def _respond(self, trial, applied):
        one = [super(ThreeDevices, self)._respond(drive, applied) for drive in trial]
        readout = np.stack([gain * each.readout for gain, each in zip(GAINS.values(), one, strict=True)])
        return FakeResponse(readout, np.zeros((3, 2)), np.ones((3, trial.shape[1], 4, 1)), applied)


@pytest.fixture(name="run")
def measured(tmp_path):
    procedure = load_protocol("characterise")()
    configure(procedure, {"sequences": 40, "steps": 12})
    return Run.open(run_protocol(procedure, ThreeDevices(), tmp_path / "run.zarr"))


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4))
def test_what_is_packed_comes_back_in_its_order(nodes, devices, examples):
    drive = np.random.default_rng(0).uniform(-1, 1, (examples * nodes, 3, 2))
    side = packed(drive, nodes, devices)
    assert side.shape == (examples * -(-nodes // devices), devices, 3, 2)
    assert np.array_equal(unpacked(side, nodes), drive)
    assert np.array_equal(side[0, : min(nodes, devices)], drive[: min(nodes, devices)])


def test_nodes_take_the_first_device_of_each_setup_then_the_second():
    one, two = SimpleNamespace(devices=("a", "b")), SimpleNamespace(devices=())
    assert slots([one, two]) == [(one, "a"), (two, ""), (one, "b")]
    assert on_every_device(np.zeros((4, 5, 1)), one).shape == (4, 2, 5, 1)


def test_a_run_holds_the_devices_and_gives_each_ones_trials(run):
    data = run.dataset()
    assert data["readout"].dims == ("trial", "device", "step", "channel")
    assert data["device"].values.tolist() == list(GAINS)
    weak, strong = (trials_of(run, device=name) for name in ("weak", "strong"))
    assert weak.readout.shape == (40, 12, 2)
    assert not np.allclose(weak.drive, strong.drive)
    assert np.allclose(strong.readout[:, 0, 0], 3 * strong.drive[:, 0, 0], atol=1e-6)
    together = trials_of(run)
    assert together.readout.shape == (120, 12, 2)
    assert len(together.sequence.unique()) == 120


def test_a_device_that_is_not_there_is_named(run):
    with pytest.raises(StoreError, match="no device 'w9'; it has weak, strong, odd"):
        trials_of(run, device="w9")
    with pytest.raises(LabError, match=r"3 devices side by side.*--each-device"):
        read_trials([Path(run.path)])


def test_a_twin_of_each_knows_its_device_and_is_not_used_for_another(run, tmp_path):
    quick = FitSettings(likelihood_steps=20, score_steps=0, mean_steps=20, batch=16)
    done = fit_each(FitRequest((Path(run.path),), tmp_path / "twins", quick))
    assert sorted(done) == sorted(GAINS)
    twin = done["strong"].twin
    assert twin.device_name == "strong"
    assert fit_each(FitRequest((Path(run.path),), tmp_path / "twins", quick)) == {}
    setup = ThreeDevices()
    setup.config = SimpleNamespace(name="ThreeDevices", kind="", sample="")
    check_device(twin, setup, "strong")
    with pytest.raises(LabError, match=r"fitted to device 'strong'.*this is device 'weak'"):
        check_device(twin, setup, "weak")
    check_device(twin, setup, "weak", is_other=True)


def test_swapped_setups_are_refused_by_their_samples():
    twin = Twin(ModelSpec(ports=1, channels=2, components=2), ("x", "double"), ("V", "V"))
    twin.card = TwinCard(device=DeviceRecord("bench a", "leaky", "wafer 7"))
    setup = FakeDevice()
    setup.config = SimpleNamespace(name="bench b", kind="leaky", sample="wafer 8")
    with pytest.raises(LabError, match=r"wafer 7.*wafer 8.*in the order of their twins"):
        check_device(twin, setup)
    setup.config.sample = "wafer 7"
    check_device(twin, setup)


def test_drives_are_played_side_by_side_into_one_run(tmp_path):
    drive = packed(np.random.default_rng(1).uniform(-1, 1, (8, 5, 1)), 4, 3)
    run = play_drives(drive, ThreeDevices(), tmp_path / "run.zarr", PlayOptions())
    answer = own_readout(run)
    assert answer.shape == (4, 3, 5, 2)
    assert np.allclose(answer[:, 1, 0, 0], 3 * drive[:, 1, 0, 0])


def test_the_device_of_runs_is_told_only_where_they_agree(run, tmp_path):
    procedure = load_protocol("characterise")()
    configure(procedure, {"sequences": 2, "steps": 3})
    other = run_protocol(procedure, FakeDevice(), tmp_path / "other.zarr")
    assert device_of([Path(run.path)], "weak") == DeviceRecord("ThreeDevices", "", "", "weak")
    assert device_of([Path(run.path), other], "weak") is None


def two_parts(folder, one, two):
    drive = np.zeros((40, 5, 1))
    return [Part(each, 1, drive, folder / f"{at}.zarr", PlayOptions()) for at, each in enumerate((one, two))]


def test_ctrl_c_stops_all_setups_that_play_at_once(tmp_path):
    def pressed(trial):
        time.sleep(0.01)
        if trial == 3:
            signal.raise_signal(signal.SIGINT)

    one, two = FakeDevice(on_trial=pressed), FakeDevice(on_trial=lambda trial: time.sleep(0.05))
    observer = Observer()
    with pytest.raises((AbortedError, KeyboardInterrupt)):
        play_at_once(two_parts(tmp_path, one, two), observer)
    assert observer.stop.by_signal
    for number, device in enumerate((one, two)):
        run = Run.open(tmp_path / f"{number}.zarr")
        assert run.status is Status.ABORTED
        assert 0 < run.rows() < 40
        assert device.events[-1] == "shutdown"


def test_a_setup_that_fails_stops_the_others_and_is_named(tmp_path):
    one, two = FakeDevice(fail_at=2), FakeDevice(on_trial=lambda trial: time.sleep(0.05))
    with pytest.raises(RuntimeError, match="fell off the table"):
        play_at_once(two_parts(tmp_path, one, two), Observer())
    assert Run.open(tmp_path / "1.zarr").status is Status.ABORTED
    assert two.events[-1] == "shutdown"
