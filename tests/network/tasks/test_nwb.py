"""Neural recordings from NWB files (needs pynwb, an extra that few have)."""

from datetime import UTC, datetime

import numpy as np
import pytest
from nado_lab.network import TaskError, load_task
from nado_lab.network.tasks import nwb


def test_a_missing_package_or_file_is_named(tmp_path):
    with pytest.raises(TaskError, match=r"pip install pynwb|not a file"):
        load_task(str(tmp_path / "none.nwb"))


def test_counts_and_velocities_come_out_as_they_were_written(tmp_path):
    pynwb = pytest.importorskip("pynwb")
    random = np.random.default_rng(0)
    file = pynwb.NWBFile("a test", "x", datetime(2026, 1, 1, tzinfo=UTC))
    for rate in (40, 10):
        file.add_unit(spike_times=np.sort(random.uniform(0, 60, 60 * rate)))
    velocity = np.stack([np.sin(np.arange(6000) / 100), np.cos(np.arange(6000) / 100)], 1)
    module = file.create_processing_module("behavior", "x")
    module.add(pynwb.TimeSeries(name="cursor_vel", data=velocity, unit="m/s", starting_time=0.0, rate=100.0))
    path = tmp_path / "a.nwb"
    with pynwb.NWBHDF5IO(str(path), "w") as io:
        io.write(file)

    task = load_task(str(path), bin_s=0.05, steps=30)
    assert task.train.inputs.shape == (31, 30, 2)
    assert task.test.inputs.shape[0] == 8
    phase = (np.arange(31 * 30) + 0.5) * 0.05
    wanted = np.sin(phase).reshape(31, 30)
    assert np.corrcoef(task.train.targets[..., 0].flatten(), wanted.flatten())[0, 1] > 0.999
    with pytest.raises(TaskError, match="cursor_vel"):
        load_task(str(path), behaviour="gaze")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(TaskError, match="could not be read"):
        load_task(str(path))


@pytest.mark.parametrize(
    ("times", "values", "told"),
    [
        ([0.0, 1.0, 0.5, 2.0], [0.0, 1.0, 2.0, 3.0], "do not rise, at entry 2 .1 s, then 0.5 s."),
        ([0.0, np.nan, 2.0], [0.0, 1.0, 2.0], "1 times that are no numbers"),
        ([0.0, 1.0, 2.0], [0.0, np.nan, np.nan], "2 values that are no numbers"),
        ([0.0], [0.0], "holds 1 values at 1 times"),
    ],
)
def test_times_that_step_back_and_no_numbers_make_no_targets_up(times, values, told, monkeypatch):
    series = np.array(times), np.array(values)[:, None], [np.array([0.1])]
    monkeypatch.setattr(nwb, "_read", lambda path, behaviour: series)
    with pytest.raises(TaskError, match=told):
        nwb.nwb_recording("a.nwb")
