"""Exported numbers are the run's numbers."""

import csv
import json
import sys

import numpy as np
import pytest
import xarray as xr
from nado_lab.lab.errors import LabError
from nado_lab.lab.store import Run, RunMetadata, RunWriter, Status, StoreError, export
from nado_lab.protocols import Column, Coordinate

COLUMNS = (
    Column("sequence", dtype="int64", is_coordinate=True),
    Column("drive", ("step", "port"), (3, 1)),
    Column("readout", ("step", "channel"), (3, 2), units="V"),
    Column("initial", ("channel",), (2,), units="V"),
    Column("waveform", ("step", "sample", "contact"), (3, 4, 1), units="V"),
)
RNG = np.random.default_rng(0)


@pytest.fixture
def run(tmp_path):
    streams = {"primary": COLUMNS, "monitor": (Column("message", dtype="string"),)}
    writer = RunWriter.create(tmp_path / "run", RunMetadata(), streams, [Coordinate("channel", ("h0", "h1"))])
    for number in range(4):
        row = {column.name: RNG.normal(size=column.shape) for column in COLUMNS[1:]}
        writer.append("primary", {"sequence": number, **row})
    writer.append("monitor", {"message": "grün"})
    writer.finalise(Status.COMPLETE)
    return Run.open(tmp_path / "run")


def test_netcdf_keeps_streams_labels_and_units(run, tmp_path):
    assert export(run, tmp_path / "run.nc") == []
    with xr.open_dataset(tmp_path / "run.nc", engine="scipy") as data:
        assert np.array_equal(data["waveform"].values, run.dataset()["waveform"].values)
        assert data["readout"].attrs["units"] == "V"
        assert [str(name) for name in data["channel"].values] == ["h0", "h1"]
        assert [str(text) for text in data["monitor_message"].values] == ["grün"]
        assert json.loads(data.attrs["nado_run"])["run_id"] == run.metadata.run_id


def test_npz_needs_no_pickle(run, tmp_path):
    export(run, tmp_path / "run.npz")
    with np.load(tmp_path / "run.npz", allow_pickle=False) as arrays:
        assert np.array_equal(arrays["readout"], run.dataset()["readout"].values)
        assert arrays["channel"].tolist() == ["h0", "h1"]
        assert arrays["monitor_message"].tolist() == ["grün"]
        assert json.loads(str(arrays["metadata"]))["schema"] == "nado-run/1"


def test_csv_has_a_line_a_trial_and_step(run, tmp_path):
    assert export(run, tmp_path / "run.csv") == ["waveform"]
    with (tmp_path / "run.csv").open(encoding="utf-8", newline="") as file:
        assert run.metadata.run_id in file.readline()
        lines = list(csv.DictReader(file))
    assert len(lines) == 12
    data = run.dataset()
    assert float(lines[7]["readout[h1] (V)"]) == data["readout"].values[2, 1, 1]
    assert float(lines[7]["initial[h0] (V)"]) == data["initial"].values[2, 0]
    assert float(lines[7]["drive"]) == data["drive"].values[2, 1, 0]
    assert lines[7]["sequence"] == "2"
    assert [line["step"] for line in lines] == ["0", "1", "2"] * 4


def test_an_existing_file_or_unknown_format_is_refused(run, tmp_path):
    (tmp_path / "mine.csv").write_text("x")
    with pytest.raises(LabError, match="exists already; choose another"):
        export(run, tmp_path / "mine.csv")
    with pytest.raises(StoreError, match=r"ends in \.nc, \.csv, \.npz"):
        export(run, tmp_path / "run.xlsx")


@pytest.mark.parametrize("suffix", [".nc", ".npz", ".csv"])
def test_complex_and_large_whole_numbers_are_exported_without_loss(tmp_path, suffix):
    columns = (
        Column("z", dtype="complex128"),
        Column("big", dtype="int64"),
        Column("long", dtype="uint64"),
        Column("byte", dtype="uint8"),
    )
    writer = RunWriter.create(tmp_path / "odd", RunMetadata(notes={"q": float("nan")}), {"primary": columns})
    writer.append("primary", {"z": 1 + 2j, "big": 2**40, "long": 2**63 + 1, "byte": 200})
    writer.finalise("complete")
    target = tmp_path / f"odd{suffix}"
    export(tmp_path / "odd", target)
    attributes = json.loads((tmp_path / "odd/zarr.json").read_text(), parse_constant=pytest.fail)[
        "attributes"
    ]
    assert attributes["notes"] == {"q": "nan"}
    if suffix == ".nc":
        with xr.open_dataset(target, engine="scipy") as found:
            assert (found["z_real"].item(), found["z_imag"].item()) == (1, 2)
            assert (found["big"].item(), found["byte"].item()) == (2**40, 200)
            assert found["long"].values.astype(str).tolist() == [str(2**63 + 1)]


def test_text_in_csv_is_no_formula(tmp_path):
    columns = (Column("note", dtype="string"), Column("u"))
    writer = RunWriter.create(tmp_path / "notes", RunMetadata(), {"primary": columns})
    for note in ("=1+1", "@SUM(A1)", "fine"):
        writer.append("primary", {"note": note, "u": -1.5})
    writer.finalise("complete")
    export(tmp_path / "notes", tmp_path / "notes.csv")
    with (tmp_path / "notes.csv").open(newline="") as file:
        _, *lines = file
    rows = list(csv.DictReader(lines))
    assert [row["note"] for row in rows] == ["'=1+1", "'@SUM(A1)", "fine"]
    assert [row["u"] for row in rows] == ["-1.5"] * 3


def test_an_export_that_finds_a_full_disk_leaves_no_half_of_a_file(run, tmp_path, monkeypatch):
    def full(values):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys.modules[export.__module__], "_no_formulas", full)
    with pytest.raises(StoreError, match="the disk is full"):
        export(run, tmp_path / "run.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
