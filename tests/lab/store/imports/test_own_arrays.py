"""A run that was exported as netCDF or npz comes back with its ports, units, channels and marks."""

import json

import numpy as np
import pytest
from nado_lab.lab.store import (
    Run,
    RunMetadata,
    RunWriter,
    Status,
    StoreError,
    channel_axis,
    export,
    load_trials,
)
from nado_lab.lab.store.imports import import_files
from nado_lab.port import Port
from nado_lab.protocols import Column, Coordinate

RNG = np.random.default_rng(0)
PORTS = (Port("field", "T", 0.016, 0.036, "mT", "Field"), Port("voltage", "V", -1.0, 2.0))
CHANNELS = ("h[0]", "-1")


def measured(path):
    columns = (
        Column("sequence", dtype="int64", is_coordinate=True),
        Column("repeat", dtype="int64", is_coordinate=True),
        Column("held_out", dtype="bool", is_coordinate=True),
        Column("drive", ("step", "port"), (6, 2)),
        Column("readout", ("step", "channel"), (6, 2), units="see channel_units"),
        Column("initial", ("channel",), (2,)),
        Column("waveform", ("step", "sample", "contact"), (6, 3, 2)),
    )
    labels = (
        Coordinate("channel", CHANNELS),
        Coordinate("channel_units", ("V", "A"), dim="channel"),
        Coordinate("frequency", (1e9, 2e9), "Hz", dim="channel"),
    )
    notes = {"ports": [port.to_json() for port in PORTS], "step_s": 0.25}
    writer = RunWriter.create(path, RunMetadata(sample="ice", notes=notes), {"primary": columns}, labels)
    for trial in range(4):
        numbers = {"sequence": trial // 2, "repeat": trial % 2, "held_out": trial == 3}
        writer.append("primary", numbers | {c.name: RNG.uniform(-1, 1, c.shape) for c in columns[3:]})
    writer.finalise(Status.COMPLETE)
    return Run.open(path)


@pytest.mark.parametrize("ending", ["nc", "npz"])
def test_an_exported_run_comes_back(tmp_path, ending):
    run = measured(tmp_path / "run")
    export(run, tmp_path / f"run.{ending}")
    import_files([tmp_path / f"run.{ending}"], tmp_path / "again")
    before, after = load_trials(run), load_trials(tmp_path / "again")
    for name in ("drive", "readout", "initial", "sequence", "held_out"):
        assert np.allclose(getattr(before, name), getattr(after, name), rtol=1e-12), name
    for name in ("channels", "units", "ports", "step_s"):
        assert getattr(before, name) == getattr(after, name), name
    again = Run.open(tmp_path / "again")
    assert np.allclose(again.dataset()["waveform"], run.dataset()["waveform"])
    assert again.metadata.sample == "ice"
    assert again.metadata.notes["nado_run"] == run.metadata.run_id
    if ending == "nc":
        assert channel_axis(again.dataset()) == channel_axis(run.dataset())


def test_an_export_whose_description_is_damaged_is_refused(tmp_path):
    export(measured(tmp_path / "run"), tmp_path / "run.npz")
    with np.load(tmp_path / "run.npz") as archive:
        arrays = dict(archive)
    for description in ("{", json.dumps({"status": "dancing"})):
        np.savez(tmp_path / "bad.npz", **(arrays | {"metadata": np.array(description)}))
        with pytest.raises(StoreError, match="description of its run is damaged"):
            import_files([tmp_path / "bad.npz"], tmp_path / "again")
