"""Data measured elsewhere: every format arrives with its dims, units and numbers, or is refused."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from nado_lab.lab.store import (
    Run,
    RunMetadata,
    RunWriter,
    Status,
    StoreError,
    export,
    load_trials,
)
from nado_lab.lab.store.imports import ImportOptions, PortColumn, SampleReduction, import_files
from nado_lab.lab.store.imports.imported_trials import join
from nado_lab.lab.store.imports.table_trials import read_trials
from nado_lab.lab.store.imports.tables import read_table
from nado_lab.lab.trials import trials_of
from nado_lab.protocols import Column, Coordinate

RNG = np.random.default_rng(0)


def test_train_and_test_sets(tmp_path):
    arrays = {
        "dt": np.array(0.1),
        "train_input": RNG.uniform(-2, 2, (5, 7, 1)),
        "train_target": RNG.normal(size=(5, 7, 2)),
        "test_input": RNG.uniform(-2, 2, (2, 7, 1)),
        "test_target": RNG.normal(size=(2, 3, 7, 2)),
    }
    np.savez(tmp_path / "set.npz", **arrays)
    import_files([tmp_path / "set.npz"], tmp_path / "run", ImportOptions(drive_low=-2, drive_high=2))
    trials = load_trials(tmp_path / "run")
    assert trials.sequence.tolist() == [0, 1, 2, 3, 4, 5, 5, 5, 6, 6, 6]
    assert trials.held_out.tolist() == [False] * 5 + [True] * 6
    assert np.allclose(trials.drive[:5], arrays["train_input"] / 2)
    assert np.allclose(trials.readout[5:].reshape(2, 3, 7, 2), arrays["test_target"])
    assert Run.open(tmp_path / "run").metadata.notes["step_s"] == 0.1


def test_field_and_spectrum_keep_the_field_in_tesla(tmp_path):
    field, spectrum = np.array([180.0, 200.0, 235.0], "f4"), RNG.normal(size=(3, 4)).astype("f4")
    np.savez(tmp_path / "mg.npz", field_oe=field, spectrum=spectrum)
    import_files([tmp_path / "mg.npz"], tmp_path / "run", ImportOptions(sample="WM"))
    data = Run.open(tmp_path / "run").dataset()
    assert data["input"].attrs["units"] == "T"
    assert np.allclose(data["input"].values[0, :, 0], field * 1e-4)
    assert data["drive"].values[0, [0, 2], 0].tolist() == [-1, 1]
    assert np.allclose(data["readout"].values[0], spectrum)
    assert Run.open(tmp_path / "run").metadata.sample == "WM"


def test_repeats_of_an_unknown_input(tmp_path):
    spectrum = RNG.normal(size=(6, 4, 3)).astype("f4")
    np.savez(tmp_path / "repeats.npz", spectrum=spectrum)
    import_files([tmp_path / "repeats.npz"], tmp_path / "run")
    trials = load_trials(tmp_path / "run")
    assert np.allclose(trials.readout, spectrum.transpose(0, 2, 1))
    assert trials.drive[0, :, 0].tolist() == [-1, 0, 1]
    assert set(trials.sequence) == {0}


def npy_pair(folder, name="sig1", steps=3, per=4):
    np.save(folder / f"Input_Fields_{name}.npy", np.arange(steps)[None] * 10.0)
    signals = RNG.normal(size=(1, 2, 5, steps * per))
    np.save(folder / f"Measured_signals_{name}.npy", signals)
    return signals


def test_npy_pairs_are_folded_into_steps(tmp_path):
    signals = npy_pair(tmp_path)
    options = ImportOptions(drive_units="Oe", samples_per_step=4, field_cycle="one rotation")
    import_files([tmp_path / "Input_Fields_sig1.npy"], tmp_path / "run", options)
    run = Run.open(tmp_path / "run")
    data = run.dataset()
    assert data["waveform"].dims == ("trial", "step", "sample", "contact")
    expected = signals[0].reshape(2, 5, 3, 4).mean(axis=-1).transpose(0, 2, 1)
    assert np.allclose(data["readout"].values, expected)
    assert run.metadata.notes["field_cycle"] == "one rotation"
    assert run.metadata.notes["samples_per_step"] == 4


def test_npy_pairs_sample_by_sample_hold_the_drive(tmp_path):
    npy_pair(tmp_path)
    options = ImportOptions(drive_units="Oe", samples_per_step=4, readout=SampleReduction.SAMPLES)
    import_files([tmp_path / "Measured_signals_sig1.npy"], tmp_path / "run", options)
    data = Run.open(tmp_path / "run").dataset()
    assert data.sizes["step"] == 12
    assert np.allclose(data["input"].values[0, :, 0], np.repeat([0, 1e-3, 2e-3], 4))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (ImportOptions(samples_per_step=4), "give --drive-units"),
        (ImportOptions(drive_units="Oe"), r"give --samples-per-step \(12 samples and 3 inputs suggest 4\)"),
        (ImportOptions(drive_units="Oe", samples_per_step=5), "make 15 samples; the file has 12"),
    ],
)
def test_what_a_pair_does_not_say_is_asked_for(tmp_path, options, message):
    npy_pair(tmp_path)
    with pytest.raises(StoreError, match=message):
        import_files([tmp_path / "Input_Fields_sig1.npy"], tmp_path / "run", options)
    assert not (tmp_path / "run").exists()


def test_csv_as_trials(tmp_path):
    (tmp_path / "scan.csv").write_text(
        "sequence,repeat,step,Field (mT),Signal (uV)\n"
        "0,0,1,2,20\n0,0,0,1,10\n0,1,0,1,11\n0,1,1,2,21\n1,0,0,3,30\n1,0,1,4,40\n"
    )
    import_files([tmp_path / "scan.csv"], tmp_path / "run", ImportOptions(ports=(PortColumn("Field"),)))
    data = Run.open(tmp_path / "run").dataset()
    assert np.allclose(data["input"].values[:, :, 0], np.array([[1, 2], [1, 2], [3, 4]]) * 1e-3)
    assert np.allclose(data["readout"].values[:, :, 0], np.array([[10, 20], [11, 21], [30, 40]]) * 1e-6)
    assert list(data["channel"].values) == ["Signal"]


def test_pymeasure_csv_as_scalars_with_units_and_parameters(tmp_path):
    (tmp_path / "iv.csv").write_text(
        "#Procedure: <iv.IVProcedure>\n#Parameters:\n#\tStart: -1 V\n#\tSteps: 2\n#Data:\n"
        "Voltage (V),Current (A)\n-1,0.5\n1,0.7\n"
    )
    import_files([tmp_path / "iv.csv"], tmp_path / "run")
    run = Run.open(tmp_path / "run")
    assert run.metadata.protocol.name == "iv.IVProcedure"
    assert run.metadata.protocol.parameters["Start"].value == "-1 V"
    assert run.dataset()["Current"].attrs["units"] == "A"
    assert run.dataset()["Current"].values.tolist() == [0.5, 0.7]


def test_an_elided_array_in_a_cell_is_refused(tmp_path):
    (tmp_path / "lost.csv").write_text("Voltage (V),Trace\n1,[0 1 ... 98 99]\n")
    with pytest.raises(StoreError, match="its data are lost"):
        import_files([tmp_path / "lost.csv"], tmp_path / "run")


@pytest.mark.parametrize("name", ["absent.npz", "broken.npz", "pickle.npz", "other.npz", "what.mat"])
def test_a_file_that_cannot_be_used_is_one_line(tmp_path, name):
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 truncated")
    np.savez(tmp_path / "pickle.npz", spectrum=np.array([{}], dtype=object))
    np.savez(tmp_path / "other.npz", y=np.zeros((3, 2)))
    with pytest.raises(StoreError) as caught:
        import_files([tmp_path / name], tmp_path / "run")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


def exported(folder, units="V", ports=1, channels=("h[0]", "-1", "1"), trials=3, steps=40):
    """Write a run of trials, one sequence after the other and back; export it as CSV."""
    columns = (
        Column("sequence", dtype="int64", is_coordinate=True),
        Column("drive", ("step", "port"), (steps, ports)),
        Column("readout", ("step", "channel"), (steps, len(channels)), units=units),
        Column("initial", ("channel",), (len(channels),), units=units),
    )
    labels = (Coordinate("channel", channels),)
    writer = RunWriter.create(folder / "run", RunMetadata(), {"primary": columns}, labels)
    for trial in range(trials):
        row = {column.name: RNG.uniform(-1, 1, column.shape) for column in columns[1:]}
        writer.append("primary", {"sequence": trial % 2, **row})
    writer.finalise(Status.COMPLETE)
    export(folder / "run", folder / "run.csv")
    return Run.open(folder / "run")


@pytest.mark.parametrize(("units", "ports"), [("V", 1), ("1", 2)])
def test_our_own_csv_comes_back_as_it_was(tmp_path, units, ports):
    before = exported(tmp_path, units, ports).dataset()
    import_files([tmp_path / "run.csv"], tmp_path / "again")
    after = Run.open(tmp_path / "again")
    data = after.dataset()
    for name in ("drive", "readout"):
        assert np.allclose(data[name].values, before[name].values, rtol=1e-12)
    assert data["readout"].attrs["units"] == units
    assert data["channel"].values.tolist() == ["h[0]", "-1", "1"]
    assert data["sequence"].values.tolist() == [0, 1, 0]
    assert after.metadata.notes["nado_run"] == Run.open(tmp_path / "run").metadata.run_id


def test_our_own_csv_takes_what_the_drive_stood_for(tmp_path):
    before = exported(tmp_path).dataset()
    options = ImportOptions(ports=(PortColumn("drive"),), drive_low=100, drive_high=300, drive_units="Oe")
    import_files([tmp_path / "run.csv"], tmp_path / "again", options)
    data = Run.open(tmp_path / "again").dataset()
    assert np.allclose(data["drive"].values, before["drive"].values)
    assert np.allclose(data["input"].values, (200 + 100 * before["drive"].values) * 1e-4)


def test_columns_that_every_run_has_get_another_name(tmp_path):
    (tmp_path / "plain.csv").write_text("trial,elapsed (s),Voltage (V)\n5,0.5,1\n6,1.5,2\n")
    import_files([tmp_path / "plain.csv"], tmp_path / "run")
    data = Run.open(tmp_path / "run").dataset()
    assert data["file_trial"].values.tolist() == [5, 6]
    assert data["file_elapsed"].values.tolist() == [0.5, 1.5]
    assert data["trial"].values.tolist() == [0, 1]


def test_two_columns_of_one_name_are_refused(tmp_path):
    (tmp_path / "twice.csv").write_text("a b,a_b\n5,0.5\n")
    with pytest.raises(StoreError, match="2 columns are called 'a_b'; rename"):
        import_files([tmp_path / "twice.csv"], tmp_path / "run")


def test_steps_without_a_number_stay_in_the_order_of_the_file(tmp_path):
    lines = [f"{k % 2},{k},{2 * k}" for k in range(400)]
    (tmp_path / "long.csv").write_text("\n".join(["sequence,Field (mT),Signal (uV)", *lines]))
    import_files([tmp_path / "long.csv"], tmp_path / "run", ImportOptions(ports=(PortColumn("Field"),)))
    field = Run.open(tmp_path / "run").dataset()["input"].values[..., 0]
    assert (np.diff(field) > 0).all()


def train_and_test(folder, name, **changes):
    """Write an archive of 3 sequences to fit and 2 repeats of another to test."""
    arrays = {
        "dt": np.array(0.1),
        "train_input": RNG.uniform(-2, 2, (3, 4, 1)),
        "train_target": RNG.normal(size=(3, 4, 2)),
        "test_input": RNG.uniform(-2, 2, (1, 4, 1)),
        "test_target": RNG.normal(size=(1, 2, 4, 2)),
    }
    np.savez(folder / name, **{key: value for key, value in (arrays | changes).items() if value is not None})
    return folder / name


def test_repeats_to_test_stay_marked_when_archives_are_imported_together(tmp_path):
    files = [train_and_test(tmp_path, "a.npz"), train_and_test(tmp_path, "b.npz")]
    files.append(train_and_test(tmp_path, "c.npz", test_input=None, test_target=None))
    import_files(files, tmp_path / "run")
    trials = trials_of(tmp_path / "run")
    assert trials.held_out.tolist() == [False] * 3 + [True] * 2 + [False] * 3 + [True] * 2 + [False] * 3
    assert trials.sequence.tolist() == [0, 1, 2, 3, 3, 4, 5, 6, 7, 7, 8, 9, 10]
    assert len(trials.for_fitting()) == 9


def test_files_whose_steps_last_differently_are_refused(tmp_path):
    files = [train_and_test(tmp_path, "a.npz"), train_and_test(tmp_path, "b.npz", dt=np.array(0.2))]
    with pytest.raises(
        StoreError, match=r"a\.npz and b\.npz have different seconds of a step \(0\.1 and 0\.2\)"
    ):
        import_files(files, tmp_path / "run")


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("Field (mT),Signal (mV)", r"different units of the readout \(V and mV\)"),
        ("Field (Oe),Signal (V)", r"different units of the drive \(mT and Oe\)"),
        ("Field (mT),Other (V)", r"different channels \(Signal and Other\)"),
    ],
)
def test_tables_that_do_not_mean_the_same_are_refused(tmp_path, heading, said):
    (tmp_path / "a.csv").write_text("step,Field (mT),Signal (V)\n0,1,10\n1,2,20\n")
    (tmp_path / "b.csv").write_text(f"step,{heading}\n0,1,10\n1,2,20\n")
    with pytest.raises(StoreError, match=said):
        import_files(
            [tmp_path / "a.csv", tmp_path / "b.csv"],
            tmp_path / "run",
            ImportOptions(ports=(PortColumn("Field"),)),
        )
    assert not (tmp_path / "run").exists()


def test_waveforms_of_some_files_only_are_refused(tmp_path):
    (tmp_path / "a.csv").write_text("step,Field (mT),Signal (V)\n0,1,10\n1,1,20\n")
    (tmp_path / "b.csv").write_text("step,Field (mT),Signal (V)\n0,1,10\n")
    whole = read_trials(
        read_table(tmp_path / "b.csv"), tmp_path / "b.csv", ImportOptions(ports=(PortColumn("Field"),))
    )
    options = ImportOptions(ports=(PortColumn("Field"),), samples_per_step=2)
    folded = read_trials(read_table(tmp_path / "a.csv"), tmp_path / "a.csv", options)
    with pytest.raises(StoreError, match="different shape of the waveform"):
        join([folded, whole])


def test_notes_that_files_do_not_share_say_of_which_they_are(tmp_path):
    for name, start in (("a", 1), ("b", 2)):
        head = f"#Procedure: <scan.Scan>\n#Parameters:\n#\tStart: {start} V\n#Data:\n"
        (tmp_path / f"{name}.csv").write_text(f"{head}Field (mT),Signal (V)\n1,10\n2,20\n")
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    import_files(files, tmp_path / "run", ImportOptions(ports=(PortColumn("Field"),)))
    notes = Run.open(tmp_path / "run").metadata.notes
    assert notes["procedure"] == "scan.Scan"
    assert notes["parameters of b.csv"] == {"Start": "2 V"}


def test_each_channel_keeps_its_unit_there_and_back(tmp_path):
    (tmp_path / "a.csv").write_text("Field (mT),Voltage (mV),Current (A)\n1,10,1\n2,20,2\n")
    import_files([tmp_path / "a.csv"], tmp_path / "run", ImportOptions(ports=(PortColumn("Field"),)))
    trials = load_trials(tmp_path / "run")
    assert trials.units == ("V", "A")
    assert np.allclose(trials.readout[0], [[0.01, 1], [0.02, 2]])
    export(tmp_path / "run", tmp_path / "run.csv")
    import_files([tmp_path / "run.csv"], tmp_path / "again")
    again = load_trials(tmp_path / "again")
    assert again.units == ("V", "A")
    assert np.allclose(again.readout, trials.readout)


def two_drives(folder, *ports, **stated):
    (folder / "a.csv").write_text("Field (mT),Voltage (V),Signal (V)\n1,10,1\n2,20,2\n")
    import_files([folder / "a.csv"], folder / "run", ImportOptions(ports=ports, **stated))
    return Run.open(folder / "run")


def test_drive_columns_of_different_units_are_ports_of_their_own(tmp_path):
    run = two_drives(tmp_path, PortColumn("Field", "field", low=0, high=4), PortColumn("Voltage", "voltage"))
    field, voltage = load_trials(run).ports
    assert (field.name, field.unit, field.shown, field.low, field.high) == ("field", "T", "mT", 0, 4e-3)
    assert (voltage.name, voltage.unit, voltage.low, voltage.high) == ("voltage", "V", 10, 20)
    assert load_trials(run).drive[0].tolist() == [[-0.5, -1], [0, 1]]
    assert run.dataset()["port_units"].values.tolist() == ["T", "V"]


def test_one_window_for_drives_of_different_units_is_refused(tmp_path):
    with pytest.raises(StoreError, match=r"different units \(mT, V\).*--map"):
        two_drives(tmp_path, PortColumn("Field"), PortColumn("Voltage"), drive_low=0, drive_high=1)


def test_ports_have_names_all_or_none(tmp_path):
    with pytest.raises(StoreError, match="'Voltage' has none"):
        two_drives(tmp_path, PortColumn("Field", "field"), PortColumn("Voltage"))


def test_marks_survive_our_own_csv(tmp_path):
    import_files([train_and_test(tmp_path, "a.npz")], tmp_path / "run")
    export(tmp_path / "run", tmp_path / "run.csv")
    import_files([tmp_path / "run.csv"], tmp_path / "again")
    assert load_trials(tmp_path / "again").held_out.tolist() == [False] * 3 + [True] * 2


def test_a_mark_that_changes_within_a_trial_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("Field (mT),Signal (V),held_out\n1,10,0\n2,20,1\n")
    with pytest.raises(StoreError, match="held_out must be the same in every row of a trial"):
        import_files([tmp_path / "a.csv"], tmp_path / "run", ImportOptions(ports=(PortColumn("Field"),)))


def write_pairs(folder, patterns, repeats=3, channels=2, steps=20, per_step=50, seed=0):
    """Write pairs as the nanoring group keeps them: a field a rotation, `per_step` samples of each."""
    rng = np.random.default_rng(seed)
    for number in range(1, patterns + 1):
        fields = rng.uniform(20, 40, (1, steps))
        wave = np.repeat(fields, per_step, 1)[:, None, None, :] * np.ones((1, repeats, channels, 1))
        signals = wave + 0.1 * rng.standard_normal(wave.shape)
        np.save(folder / f"Input_Fields_sig{number}.npy", fields)
        np.save(folder / f"Measured_signals_sig{number}.npy", signals)
    return sorted(folder.glob("Input_Fields_*.npy"))


def test_many_pairs_are_written_one_by_one_in_the_order_of_their_numbers(tmp_path):
    files = write_pairs(tmp_path, 11)
    options = ImportOptions(drive_units="Oe", samples_per_step=50, transient=4, keep_waveform=False)
    import_files(files, tmp_path / "run", options)
    data = Run.open(tmp_path / "run").dataset()
    assert data["sequence"].values.tolist() == [n for n in range(11) for _ in range(3)]
    assert data["readout"].shape == (33, 16, 2)
    assert "waveform" not in data
    second = np.load(tmp_path / "Input_Fields_sig2.npy")[0, 4:] * 1e-4
    np.testing.assert_allclose(data["input"].values[3, :, 0], second)
    assert data["drive"].values.min() == pytest.approx(-1, abs=0.02)
    notes = Run.open(tmp_path / "run").metadata.notes
    assert notes["transient_steps"] == 4
    assert len(notes["imported_from"]) == 22


def test_a_copy_of_a_pair_counts_once_and_is_noted(tmp_path):
    files = write_pairs(tmp_path, 2)
    for kind in ("Input_Fields", "Measured_signals"):
        np.save(tmp_path / f"{kind}_sig9.npy", np.load(tmp_path / f"{kind}_sig1.npy"))
    files = sorted(tmp_path.glob("Input_Fields_*.npy"))
    import_files(files, tmp_path / "run", ImportOptions(drive_units="Oe", samples_per_step=50))
    run = Run.open(tmp_path / "run")
    assert run.rows() == 6
    assert (
        "Measured_signals_sig1.npy holds the same"
        in run.metadata.notes["left out of Measured_signals_sig9.npy"]
    )


def test_a_set_larger_than_a_pair_does_not_come_into_memory_whole(tmp_path):
    files = write_pairs(tmp_path, 12, repeats=20, channels=7, steps=20)
    one = np.load(tmp_path / "Measured_signals_sig1.npy").nbytes
    tracemalloc.start()
    try:
        import_files(
            files,
            tmp_path / "run",
            ImportOptions(drive_units="Oe", samples_per_step=50, keep_waveform=False),
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6 * one  # of twelve


def test_a_band_pass_keeps_the_rotation_and_takes_the_offset_out(tmp_path):
    time = np.arange(5000) / 3200  # 64 Hz, 50 samples a rotation
    wave = 5.0 + np.sin(2 * np.pi * 64 * time) + np.sin(2 * np.pi * 1200 * time)
    np.save(tmp_path / "Input_Fields_sig1.npy", np.linspace(20, 40, 100)[None])
    np.save(tmp_path / "Measured_signals_sig1.npy", wave[None, None, None])
    options = ImportOptions(
        drive_units="Oe", samples_per_step=50, step_seconds=1 / 64, band_pass=(16.0, 320.0), transient=10
    )
    files = [tmp_path / "Input_Fields_sig1.npy"]
    import_files(files, tmp_path / "run", options)
    kept = Run.open(tmp_path / "run").dataset()["waveform"].values[0, 20:70, :, 0].ravel()
    wanted = np.sin(2 * np.pi * 64 * time)[30 * 50 : 80 * 50]
    np.testing.assert_allclose(kept, wanted, atol=0.03)
    with pytest.raises(StoreError, match="must lie above 0 and below 1600 Hz"):
        import_files(
            [tmp_path / "Input_Fields_sig1.npy"], tmp_path / "b", replace(options, band_pass=(1, 2000))
        )
    with pytest.raises(StoreError, match="needs two frequencies"):
        import_files(
            [tmp_path / "Input_Fields_sig1.npy"], tmp_path / "b", replace(options, step_seconds=None)
        )
