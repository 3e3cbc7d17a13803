"""Files of other programs, written by their own libraries: each arrives with numbers, units and trials."""

import sqlite3

import numpy as np
import pytest
import xarray as xr
from nado_lab.lab.store import Run, StoreError, load_trials
from nado_lab.lab.store.imports import (
    Axis,
    ChannelColumn,
    ImportOptions,
    PortColumn,
    import_files,
    look_into,
)
from scipy.io import savemat

RNG = np.random.default_rng(0)
FIELD = RNG.uniform(16, 36, (3, 5))  # (sequence, step) in mT
VOLT = RNG.normal(size=(3, 2, 5, 4))  # (sequence, repeat, step, channel) in uV
STATED = ImportOptions(
    ports=(PortColumn("field", "field", "mT", 16, 36),), channels=(ChannelColumn("volt", units="uV"),)
)


def write_hdf5(path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        file["entry/data/field"], file["entry/data/volt"], file["entry/operator"] = FIELD, VOLT, "me"


def write_netcdf4(path):
    pytest.importorskip("h5netcdf")
    write_netcdf(path, "h5netcdf")


def write_netcdf(path, engine="scipy"):
    arrays = {"field": (("s", "t"), FIELD), "volt": (("s", "r", "t", "c"), VOLT)}
    xr.Dataset(arrays).to_netcdf(path, engine=engine)


def write_matlab5(path):
    savemat(path, {"data": {"field": FIELD, "volt": VOLT}, "remark": "good"})


def write_matlab73(path):
    """Write as MATLAB does: 512 bytes of its own before HDF5, axes in reverse order."""
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w", userblock_size=512) as file:
        file["data/field"], file["data/volt"] = FIELD.T, VOLT.T
        file["#refs#/a"] = np.zeros(2)
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")


def write_npz(path):
    np.savez(path, field=FIELD, volt=VOLT)


WRITERS = {
    "a.h5": write_hdf5,
    "a.nc": write_netcdf,
    "a4.nc": write_netcdf4,
    "a.mat": write_matlab5,
    "a73.mat": write_matlab73,
    "a.npz": write_npz,
}


@pytest.mark.parametrize("name", WRITERS)
def test_arrays_named_as_drive_and_readout_are_trials(tmp_path, name):
    WRITERS[name](tmp_path / name)
    import_files([tmp_path / name], tmp_path / "run", STATED)
    trials = load_trials(tmp_path / "run")
    assert trials.sequence.tolist() == [0, 0, 1, 1, 2, 2]
    assert np.allclose(trials.drive[:, :, 0], np.repeat((FIELD - 26) / 10, 2, axis=0))
    assert np.allclose(trials.readout, VOLT.reshape(6, 5, 4) * 1e-6)
    assert trials.units == ("V",) * 4
    [port] = trials.ports
    assert (port.name, port.unit, port.shown) == ("field", "T", "mT")
    assert trials.channels == ("volt_0", "volt_1", "volt_2", "volt_3")


@pytest.mark.parametrize("name", WRITERS)
def test_what_a_file_holds_is_listed(tmp_path, name):
    WRITERS[name](tmp_path / name)
    found = look_into(tmp_path / name)
    shapes = {each.name.replace("/", ".").rpartition(".")[2]: each.shape for each in found}
    assert (shapes["field"], shapes["volt"]) == (FIELD.shape, VOLT.shape)


@pytest.mark.parametrize("ending", ["h5", "nc", "mat", "tdms", "db", "npz", "csv"])
@pytest.mark.parametrize("content", [b"", b"\x89HDF\r\n\x1a\n torn", b"CDF\x01 torn", bytes(range(256)) * 4])
def test_a_damaged_file_is_one_line(tmp_path, ending, content):
    for package in {"h5": ["h5py"], "nc": ["h5netcdf"], "tdms": ["nptdms"]}.get(ending, []):
        pytest.importorskip(package)
    (tmp_path / f"bad.{ending}").write_bytes(content)
    with pytest.raises(StoreError) as caught:
        import_files([tmp_path / f"bad.{ending}"], tmp_path / "run", STATED)
    assert "\n" not in str(caught.value)
    assert f"bad.{ending}" in str(caught.value)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("ending", ["h5", "nc", "mat", "tdms", "db", "npz", "csv"])
def test_a_missing_file_is_missing(tmp_path, ending):
    pytest.importorskip("nptdms")
    with pytest.raises(StoreError, match=r"does not exist|expected a file"):
        import_files([tmp_path / f"no.{ending}"], tmp_path / "run", STATED)


def test_tdms_columns_with_units_and_time_between_samples(tmp_path):
    tdms = pytest.importorskip("nptdms")
    told = {"unit_string": "mT", "wf_increment": 1e-3}
    channels = [
        tdms.ChannelObject("sweep", "field", FIELD.ravel(), told),
        tdms.ChannelObject("sweep", "hall", FIELD.ravel() * 2, told | {"unit_string": "uV"}),
    ]
    with tdms.TdmsWriter(str(tmp_path / "a.tdms")) as writer:
        writer.write_segment(channels)
    options = ImportOptions(ports=(PortColumn("field"),), samples_per_step=5)
    import_files([tmp_path / "a.tdms"], tmp_path / "run", options)
    trials = load_trials(tmp_path / "run")
    assert trials.step_s == pytest.approx(5e-3)
    assert (trials.channels, trials.units) == (("hall",), ("V",))
    assert np.allclose(trials.readout[0, :, 0], FIELD.mean(axis=1) * 2e-6)


def test_columns_without_a_drive_are_rows(tmp_path):
    tdms = pytest.importorskip("nptdms")
    with tdms.TdmsWriter(str(tmp_path / "a.tdms")) as writer:
        writer.write_segment([tdms.ChannelObject("g", "v", np.arange(3.0), {"unit_string": "V"})])
    import_files([tmp_path / "a.tdms"], tmp_path / "run")
    assert Run.open(tmp_path / "run").dataset()["g_v"].values.tolist() == [0, 1, 2]


def test_a_database_of_qcodes_run_by_run(tmp_path):
    qcodes = pytest.importorskip("qcodes.dataset", reason="QCoDeS is not installed")
    from qcodes.dataset.sqlite.database import connect

    connection = connect(tmp_path / "a.db")
    experiment = qcodes.load_or_create_experiment("ice", "WM", conn=connection)
    for scale in (1.0, 2.0):
        measurement = qcodes.Measurement(exp=experiment)
        measurement.register_custom_parameter("field", unit="mT")
        measurement.register_custom_parameter("hall", unit="uV", setpoints=("field",))
        with measurement.run() as save:
            for field in FIELD[0]:
                save.add_result(("field", field), ("hall", scale * field))
    connection.close()
    before = (tmp_path / "a.db").read_bytes()
    options = ImportOptions(ports=(PortColumn("field", "field"),), run_id=2)
    import_files([tmp_path / "a.db"], tmp_path / "run", options)
    assert (tmp_path / "a.db").read_bytes() == before
    trials = load_trials(tmp_path / "run")
    assert np.allclose(trials.readout[0, :, 0], 2e-6 * FIELD[0])
    with pytest.raises(StoreError, match=r"several runs; choose one with --run-id: 1 \(field,hall\), 2 "):
        import_files([tmp_path / "a.db"], tmp_path / "other", ImportOptions())


def test_another_sqlite_database_is_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE TABLE plants (name)")
    connection.close()
    before = (tmp_path / "a.db").read_bytes()
    with pytest.raises(StoreError, match="is no database of QCoDeS"):
        import_files([tmp_path / "a.db"], tmp_path / "run")
    assert (tmp_path / "a.db").read_bytes() == before


def arrays(folder, **named):
    np.savez(folder / "a.npz", **named)
    return [folder / "a.npz"]


def asked(*axes, **more):
    return ImportOptions(ports=(PortColumn("u"),), channels=(ChannelColumn("y"),), axes=axes, **more)


def test_axes_that_sizes_do_not_tell_are_asked_for(tmp_path):
    files = arrays(tmp_path, u=np.arange(5.0), y=np.ones((3, 5)))
    with pytest.raises(StoreError, match=r"say --axes channel,step or repeat,step"):
        import_files(files, tmp_path / "run", asked())
    import_files(files, tmp_path / "run", asked(Axis.CHANNEL, Axis.STEP))
    assert load_trials(tmp_path / "run").readout.shape == (1, 5, 3)
    import_files(files, tmp_path / "again", asked(Axis.REPEAT, Axis.STEP))
    assert load_trials(tmp_path / "again").readout.shape == (3, 5, 1)


def test_stated_axes_are_those_of_drive_and_readout(tmp_path):
    files = arrays(tmp_path, u=FIELD.T, y=np.moveaxis(VOLT[:, 0], 1, 0))
    import_files(files, tmp_path / "run", asked(Axis.STEP, Axis.SEQUENCE, Axis.CHANNEL))
    trials = load_trials(tmp_path / "run")
    assert np.allclose(trials.readout, VOLT[:, 0])
    assert trials.sequence.tolist() == [0, 1, 2]


def test_axes_that_do_not_fit_are_refused(tmp_path):
    files = arrays(tmp_path, u=np.arange(5.0), y=np.ones((3, 4)), z=np.ones(4) * 1j)
    with pytest.raises(StoreError, match=r"y \(3 x 4\) does not fit the drive \(5 steps\)"):
        import_files(files, tmp_path / "run", asked())
    with pytest.raises(StoreError, match="has 4 steps and the drive 5"):
        import_files(files, tmp_path / "run", asked(Axis.CHANNEL, Axis.STEP))
    complex_one = ImportOptions(ports=(PortColumn("u"),), channels=(ChannelColumn("z"),))
    with pytest.raises(StoreError, match="complex128 values; expected"):
        import_files(files, tmp_path / "run", complex_one)
    with pytest.raises(StoreError, match=r"has no 'w'; it has u \(5\), y \(3 x 4\)"):
        import_files(files, tmp_path / "run", ImportOptions(ports=(PortColumn("w"),)))
    with pytest.raises(StoreError, match="say which arrays are the readout"):
        import_files(files, tmp_path / "run", ImportOptions(ports=(PortColumn("u"),), axes=(Axis.STEP,)))


def test_raw_samples_are_folded_into_the_steps_of_their_drive(tmp_path):
    samples = RNG.normal(size=(3, 20))
    files = arrays(tmp_path, u=np.arange(5.0), y=samples)
    import_files(files, tmp_path / "run", asked(Axis.REPEAT, Axis.STEP, samples_per_step=4))
    data = Run.open(tmp_path / "run").dataset()
    assert np.allclose(data["readout"].values[..., 0], samples.reshape(3, 5, 4).mean(axis=2))
    assert np.allclose(data["input"].values[:, :, 0], np.arange(5.0))


def test_marks_and_numbers_of_trials_come_along(tmp_path):
    files = arrays(
        tmp_path,
        u=FIELD,
        y=VOLT[:, 0],
        held_out=np.array([0, 0, 1]),
        seq=np.array([4, 4, 5]),
        rep=np.arange(3),
    )
    axes = (Axis.TRIAL, Axis.STEP, Axis.CHANNEL)
    import_files(files, tmp_path / "run", asked(*axes, sequence="seq", repeat="rep"))
    trials = load_trials(tmp_path / "run")
    assert trials.sequence.tolist() == [4, 4, 5]
    assert trials.held_out.tolist() == [False, False, True]


def test_channels_between_sequence_and_step_are_not_taken_for_repeats(tmp_path):
    files = arrays(tmp_path, u=FIELD, y=np.moveaxis(VOLT[:, 0], 2, 1))
    with pytest.raises(StoreError, match="say --axes sequence,channel,step or sequence,repeat,step"):
        import_files(files, tmp_path / "run", asked())
    import_files(files, tmp_path / "run", asked(Axis.SEQUENCE, Axis.CHANNEL, Axis.STEP))
    assert np.allclose(load_trials(tmp_path / "run").readout, VOLT[:, 0])
